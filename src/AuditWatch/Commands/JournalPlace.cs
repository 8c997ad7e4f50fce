using System.CommandLine;
using AuditWatch.Ingest.Journal.Kafka;
using AuditWatch.Server.Hosting;

namespace AuditWatch.Cli.Commands;

/// <summary>Where a command's journal is: <c>--data DIR</c>, or as the configuration says, a folder or a topic.</summary>
internal sealed class JournalPlace
{
    readonly Option<string?> _data = new("--data") { Description = "The data folder. Default: as the configuration says, else auditwatch-data.", HelpName = "DIR" };
    readonly ConfigOptions _config = new(serving: false);

    public JournalPlace(Command command)
    {
        command.Add(_data);
        _config.AddTo(command);
    }

    /// <summary>The topic; null: the journal is a folder.</summary>
    public KafkaJournalOptions? Topic(ParseResult parse) => parse.GetValue(_data) is null && _config.LoadJournal(parse).Journal is { Kafka: not null } journal ? KafkaJournals.OptionsOf(journal) : null;

    /// <summary>The folder.</summary>
    public string Folder(ParseResult parse)
    {
        var data = parse.GetValue(_data) ?? _config.LoadJournal(parse).Data;
        var folder = DataFolder.Look(data).Journal;
        return Directory.Exists(folder) ? folder : throw new CommandFault(ExitCode.Usage, $"'{data}' holds no journal. Name the server's data folder with --data DIR, or its configuration with --config FILE.");
    }
}
