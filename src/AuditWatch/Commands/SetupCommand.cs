using System.CommandLine;
using AuditWatch.Cli.Output;
using AuditWatch.Storage.Elasticsearch;

namespace AuditWatch.Cli.Commands;

/// <summary><c>auditwatch setup elasticsearch|kibana</c></summary>
internal static class SetupCommand
{
    static readonly string[] Columns = ["kind", "name", "change"];

    public static Command Build(Terminal terminal) => new("setup", "Prepares the servers that AuditWatch writes to.") { Elasticsearch(terminal), SetupKibanaCommand.Build(terminal) };

    static Command Elasticsearch(Terminal terminal)
    {
        var command = new Command("elasticsearch", "Installs index templates, policies, pipeline and data streams. What stands as wanted is left alone; what the server cannot take is left out and named.");
        var place = new SetupElasticsearchOptions();
        place.AddTo(command);
        var dryRun = new Option<bool>("--dry-run") { Description = "Changes nothing; says what would be." };
        var format = OutputOptions.Format();
        command.Add(dryRun);
        command.Add(format);
        command.SetAction(async (parse, stop) =>
        {
            try
            {
                using var connection = new ElasticsearchConnection(place.Choose(parse));
                var outcomes = await new ElasticsearchSetup(connection).RunAsync(parse.GetValue(dryRun), stop);
                var writer = new RowWriter(terminal, OutputOptions.Choose(parse.GetValue(format), terminal), Columns);
                foreach (var outcome in outcomes) writer.Write(Row(outcome));
                writer.End();
                Explain(terminal, outcomes, connection.Place, parse.GetValue(dryRun));
                return ExitCode.Done;
            }
            catch (ElasticsearchFault fault)
            {
                throw new CommandFault(fault.Kind == ElasticsearchFaultKind.OutOfReach ? ExitCode.OutOfReach : ExitCode.Usage, fault.Message);
            }
        });
        return command;
    }

    static byte[] Row(AssetOutcome outcome) => System.Text.Json.JsonSerializer.SerializeToUtf8Bytes(new Dictionary<string, string>
    {
        ["kind"] = outcome.Kind, ["name"] = outcome.Name, ["why"] = outcome.Why ?? "",
        ["change"] = outcome.Change switch
        {
            AssetChange.Unchanged => "unchanged",
            AssetChange.Created => "created",
            AssetChange.Updated => "updated",
            AssetChange.RolledOver => "rolled_over",
            _ => "left_out",
        },
    });

    static void Explain(Terminal terminal, IReadOnlyList<AssetOutcome> outcomes, ElasticsearchPlace place, bool dryRun)
    {
        foreach (var left in outcomes.Where(o => o.Change == AssetChange.LeftOut)) terminal.Note($"Left out the {left.Kind} {left.Name}: {left.Why!.TrimEnd('.')}.");
        var changes = outcomes.Count(o => o.Change is not (AssetChange.Unchanged or AssetChange.LeftOut));
        if (dryRun) terminal.Note(changes == 0 ? "Nothing would change." : $"{changes} things would change; nothing was touched.");
        else terminal.Note(changes == 0 ? "Nothing to change: everything stands as wanted." : $"{changes} things were changed.");
        if (changes == 0) return;
        terminal.Note("The smallest API key that 'serve' needs (POST it to /_security/api_key, put 'encoded' of the answer into elasticsearch.api_key_file):");
        terminal.Note(ElasticsearchSetup.ApiKeyRequest(place.Namespace));
    }
}
