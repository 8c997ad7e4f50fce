using System.CommandLine;
using System.Text.Json;
using AuditWatch.Cli.Output;
using AuditWatch.Storage.Elasticsearch;
using AuditWatch.Storage.Elasticsearch.Kibana;

namespace AuditWatch.Cli.Commands;

/// <summary><c>auditwatch setup kibana</c></summary>
internal static class SetupKibanaCommand
{
    static readonly string[] Columns = ["space", "kind", "id", "change", "title"];

    public static Command Build(Terminal terminal)
    {
        var command = new Command("kibana", "Imports data views, saved searches and dashboards. What is missing is created; what somebody changed stays unless --overwrite is given.");
        var places = new SetupKibanaOptions();
        places.AddTo(command);
        var overwrite = new Option<bool>("--overwrite") { Description = "Also replaces what is there and is not as shipped." };
        var dryRun = new Option<bool>("--dry-run") { Description = "Changes nothing; says what would be." };
        var diff = new Option<bool>("--diff") { Description = "Changes nothing; names every place where an object is not as shipped." };
        var promote = new Option<bool>("--promotion-rule") { Description = "Also the detection rule by which alerts appear in Elastic Security." };
        var export = new Option<string?>("--export") { Description = "Changes nothing; writes the objects as the space has them to a file; '-' is stdout.", HelpName = "FILE" };
        var format = OutputOptions.Format();
        foreach (var option in new Option[] { overwrite, dryRun, diff, promote, export, format }) command.Add(option);
        command.SetAction(async (parse, stop) =>
        {
            try
            {
                var chosen = places.Choose(parse);
                if (parse.GetValue(export) is { } file) return await ExportAsync(terminal, chosen, file, stop);
                var writer = new RowWriter(terminal, OutputOptions.Choose(parse.GetValue(format), terminal), Columns);
                var changesNothing = parse.GetValue(dryRun) || parse.GetValue(diff);
                var outcomes = new List<KibanaOutcome>();
                foreach (var place in chosen)
                {
                    using var connection = new KibanaConnection(place);
                    var done = await new KibanaSetup(connection).RunAsync(parse.GetValue(overwrite), parse.GetValue(promote), changesNothing, stop);
                    foreach (var outcome in done) writer.Write(Row(place, outcome));
                    if (parse.GetValue(diff)) Differences(terminal, done);
                    outcomes.AddRange(done);
                }
                writer.End();
                Explain(terminal, outcomes, changesNothing);
                return ExitCode.Done;
            }
            catch (ElasticsearchFault fault)
            {
                throw new CommandFault(fault.Kind == ElasticsearchFaultKind.OutOfReach ? ExitCode.OutOfReach : ExitCode.Usage, fault.Message);
            }
        });
        return command;
    }

    static async Task<int> ExportAsync(Terminal terminal, IReadOnlyList<KibanaPlace> places, string file, CancellationToken stop)
    {
        if (places.Count != 1) throw new CommandFault(ExitCode.Usage, "--export is for one space; give one --space.");
        using var connection = new KibanaConnection(places[0]);
        var objects = await new KibanaSetup(connection).ExportAsync(stop);
        var count = objects.Count(c => c == '\n');
        if (file == "-")
        {
            foreach (var line in objects.Split('\n', StringSplitOptions.RemoveEmptyEntries)) terminal.Result(line);
        }
        else
        {
            try
            {
                await File.WriteAllTextAsync(file, objects, stop);
            }
            catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
            {
                throw new CommandFault(ExitCode.Usage, $"'{file}' cannot be written: {fault.Message}");
            }
        }
        terminal.Note($"{count} objects of the space '{places[0].Space}' were exported.");
        return ExitCode.Done;
    }

    static byte[] Row(KibanaPlace place, KibanaOutcome outcome) => JsonSerializer.SerializeToUtf8Bytes(new Dictionary<string, object>
    {
        ["space"] = place.Space, ["kind"] = outcome.Kind, ["id"] = outcome.Id, ["title"] = outcome.Title, ["differences"] = outcome.Differences,
        ["change"] = outcome.Change switch
        {
            KibanaChange.Unchanged => "unchanged",
            KibanaChange.Created => "created",
            KibanaChange.Overwritten => "overwritten",
            _ => "kept",
        },
    });

    static void Differences(Terminal terminal, IEnumerable<KibanaOutcome> outcomes)
    {
        foreach (var outcome in outcomes.Where(o => o.Differences.Count > 0))
            terminal.Note($"{outcome.Kind} {outcome.Id}: {string.Join(", ", outcome.Differences.Take(20))}{(outcome.Differences.Count > 20 ? $" and {outcome.Differences.Count - 20} more" : "")}");
    }

    static void Explain(Terminal terminal, List<KibanaOutcome> outcomes, bool changesNothing)
    {
        var changes = outcomes.Count(o => o.Change is KibanaChange.Created or KibanaChange.Overwritten);
        var kept = outcomes.Count(o => o.Change == KibanaChange.Kept);
        if (changesNothing) terminal.Note(changes == 0 ? "Nothing would change." : $"{changes} objects would be created or overwritten; nothing was touched.");
        else terminal.Note(changes == 0 ? "Nothing to change." : $"{changes} objects were created or overwritten.");
        if (kept > 0) terminal.Note($"{kept} objects are not as shipped and stay so: {string.Join(", ", outcomes.Where(o => o.Change == KibanaChange.Kept).Select(o => o.Id).Distinct())}. --diff says where, --overwrite replaces them.");
    }
}
