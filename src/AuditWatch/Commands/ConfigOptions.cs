using System.Collections;
using System.CommandLine;
using AuditWatch.Server.Configuration;

namespace AuditWatch.Cli.Commands;

/// <summary>The flags that set configuration keys, and the configuration they make together with file and environment.</summary>
internal sealed class ConfigOptions
{
    readonly Option<string?> _config = new("--config") { Description = "The configuration file. Default auditwatch.yaml in the working folder, if there is one.", HelpName = "FILE" };
    readonly (Option Option, string Path)[] _flags;

    public ConfigOptions(bool serving)
    {
        Option Text(string name, string description, string help) => new Option<string?>(name) { Description = description, HelpName = help };
        _flags = serving
            ?
            [
                (Text("--roles", "What this process does: any of ingest,detect,index,api,notify. Default all of it. Processes apart need journal.kafka, state.postgres and bus.rabbitmq.", "ROLES"), "roles"),
                (Text("--data", "Where everything is kept. Default auditwatch-data.", "DIR"), "data"),
                (new Option<string[]>("--listen") { Description = "URL to listen on; may be repeated. Plain http on loopback only. Default http://127.0.0.1:9443.", HelpName = "URL" }, "listen[]"),
                (Text("--tls-cert", "PEM certificate for every https URL.", "FILE"), "tls_cert"),
                (Text("--tls-key", "PEM key of the certificate.", "FILE"), "tls_key"),
                (Text("--client-ca", "PEM authorities of client certificates: asks for one, does not demand it.", "FILE"), "client_ca"),
            ]
            : [];
    }

    public void AddTo(Command command)
    {
        command.Add(_config);
        foreach (var (option, _) in _flags) command.Add(option);
    }

    /// <summary>
    /// Where data and state are, for a command that reads them. A file that was not asked for (the working folder's) is only looked at for that: its faults are the server's.
    /// </summary>
    public (string Data, StateConfig State) LoadPlace(ParseResult parse)
    {
        if (parse.GetValue(_config) is not null)
        {
            var config = Load(parse);
            return (config.Data, config.State);
        }

        var found = ConfigLoader.Load(null, Environment(), [], []);
        return (found.Data, found.State);
    }

    /// <summary>Where the journal is: a topic, or the folder <c>data</c>. Like <see cref="LoadPlace"/>.</summary>
    public (string Data, JournalConfig Journal) LoadJournal(ParseResult parse)
    {
        var config = parse.GetValue(_config) is not null ? Load(parse) : ConfigLoader.Load(null, Environment(), [], []);
        return (config.Data, config.Journal);
    }

    /// <summary>The configuration; ends with exit 2 and every fault when it has any.</summary>
    public AuditWatchConfig Load(ParseResult parse)
    {
        var flags = new List<(string, string, string)>();
        foreach (var (option, path) in _flags)
        {
            if (parse.GetResult(option) is null or { Implicit: true }) continue;
            string[] values = option is Option<string[]> many ? parse.GetValue(many) ?? [] : [parse.GetValue((Option<string?>)option) ?? ""];
            flags.AddRange(values.Select(v => (path, v, option.Name)));
        }
        var faults = new List<ConfigFault>();
        var config = ConfigLoader.Load(parse.GetValue(_config), Environment(), flags, faults);
        if (faults.Count == 0) return config;
        throw new CommandFault(ExitCode.Usage, faults.Count == 1 ? $"The configuration has a fault.\n  {faults[0]}" : $"The configuration has {faults.Count} faults.\n  {string.Join("\n  ", faults)}");
    }

    static Dictionary<string, string> Environment() =>
        System.Environment.GetEnvironmentVariables().Cast<DictionaryEntry>().ToDictionary(e => (string)e.Key, e => (string?)e.Value ?? "");
}
