using System.CommandLine;
using AuditWatch.Storage.Elasticsearch.Kibana;

namespace AuditWatch.Cli.Commands;

/// <summary>Where Kibana is: <c>--url</c> with its credential, else the <c>kibana</c> section of the configuration; a flag wins over the section's key.</summary>
internal sealed class SetupKibanaOptions
{
    readonly ConfigOptions _config = new(serving: false);
    readonly Option<string?> _url = Text("--url", "Kibana, for instance https://kibana.example:5601.", "URL");
    readonly Option<string[]> _space = new("--space") { Description = "Identifier of the space; may be repeated. Default 'default'.", HelpName = "NAME" };
    readonly Option<string?> _namespace = Text("--namespace", "Data views see only the data streams of this namespace. Default: of all.", "NAME");
    readonly Option<string?> _auditWatch = Text("--auditwatch-url", "Where AuditWatch answers: ids of events and alerts become links to it.", "URL");
    readonly Option<string?> _apiKeyFile = Text("--api-key-file", "File with the encoded API key.", "FILE");
    readonly Option<string?> _username = Text("--username", "A user instead of an API key.", "NAME");
    readonly Option<string?> _passwordFile = Text("--password-file", "File with the user's password.", "FILE");
    readonly Option<string?> _caFile = Text("--ca-file", "PEM of the authority that signed Kibana's certificate.", "FILE");

    public void AddTo(Command command)
    {
        _config.AddTo(command);
        foreach (var option in new Option[] { _url, _space, _namespace, _auditWatch, _apiKeyFile, _username, _passwordFile, _caFile }) command.Add(option);
    }

    /// <summary>One place for each space.</summary>
    public IReadOnlyList<KibanaPlace> Choose(ParseResult parse)
    {
        var configured = _config.Load(parse).Kibana;
        var url = parse.GetValue(_url) ?? configured?.Url ?? throw new CommandFault(ExitCode.Usage, "Say which Kibana: --url URL, or a 'kibana' section in the configuration.");
        var link = parse.GetValue(_auditWatch) ?? configured?.AuditWatchUrl;
        if (link is not null && !(Uri.TryCreate(link, UriKind.Absolute, out var parsed) && parsed.Scheme is "http" or "https"))
            throw new CommandFault(ExitCode.Usage, $"--auditwatch-url '{link}' must be an http or https URL.");
        // A credential goes where it was meant to: one of the configuration is not sent to a URL given by flag.
        var known = parse.GetValue(_url) is null || parse.GetValue(_url) == configured?.Url ? configured : null;
        var spaces = parse.GetValue(_space) is { Length: > 0 } given ? given.Distinct().ToArray() : [configured?.Space ?? "default"];
        return
        [
            .. spaces.Select(space => new KibanaPlace(url, space, parse.GetValue(_apiKeyFile) ?? known?.ApiKeyFile, parse.GetValue(_username) ?? known?.Username,
                parse.GetValue(_passwordFile) ?? known?.PasswordFile, parse.GetValue(_caFile) ?? known?.CaFile) { Namespace = parse.GetValue(_namespace), AuditWatchUrl = link }),
        ];
    }

    static Option<string?> Text(string name, string description, string help) => new(name) { Description = description, HelpName = help };
}
