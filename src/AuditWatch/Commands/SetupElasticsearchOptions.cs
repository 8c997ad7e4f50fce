using System.CommandLine;
using AuditWatch.Storage.Elasticsearch;

namespace AuditWatch.Cli.Commands;

/// <summary>Where Elasticsearch is: <c>--url</c> with its credential, else the <c>elasticsearch</c> section of the configuration; a flag wins over the section's key.</summary>
internal sealed class SetupElasticsearchOptions(ConfigOptions? shared = null)
{
    readonly ConfigOptions _config = shared ?? new(serving: false);
    readonly Option<string?> _url = Text("--url", "Elasticsearch, for instance https://elastic.example:9200.", "URL");
    readonly Option<string?> _namespace = Text("--namespace", "The namespace of the data streams. Default 'default'.", "NAME");
    readonly Option<string?> _apiKeyFile = Text("--api-key-file", "File with the encoded API key.", "FILE");
    readonly Option<string?> _username = Text("--username", "A user instead of an API key.", "NAME");
    readonly Option<string?> _passwordFile = Text("--password-file", "File with the user's password.", "FILE");
    readonly Option<string?> _caFile = Text("--ca-file", "PEM of the authority that signed the server's certificate.", "FILE");

    public void AddTo(Command command)
    {
        if (shared is null) _config.AddTo(command);
        foreach (var option in new[] { _url, _namespace, _apiKeyFile, _username, _passwordFile, _caFile }) command.Add(option);
    }

    public ElasticsearchPlace Choose(ParseResult parse)
    {
        var configured = _config.Load(parse).Elasticsearch;
        var url = parse.GetValue(_url) ?? configured?.Url
            ?? throw new CommandFault(ExitCode.Usage, "Say which Elasticsearch: --url URL, or an 'elasticsearch' section in the configuration.");
        // A credential goes where it was meant to: one of the configuration is not sent to a URL given by flag.
        var known = parse.GetValue(_url) is null || parse.GetValue(_url) == configured?.Url ? configured : null;
        return new ElasticsearchPlace(url, parse.GetValue(_namespace) ?? configured?.Namespace ?? "default", parse.GetValue(_apiKeyFile) ?? known?.ApiKeyFile,
            parse.GetValue(_username) ?? known?.Username, parse.GetValue(_passwordFile) ?? known?.PasswordFile, parse.GetValue(_caFile) ?? known?.CaFile);
    }

    static Option<string?> Text(string name, string description, string help) => new(name) { Description = description, HelpName = help };
}
