using System.CommandLine;
using System.Text.Json;
using System.Text.Json.Nodes;
using AuditWatch.Cli.Output;
using AuditWatch.Storage.Elasticsearch;

namespace AuditWatch.Cli.Commands;

/// <summary><c>auditwatch sql "select …"</c> on the embedded index, and with <c>--esql</c> on Elasticsearch.</summary>
internal static class SqlCommand
{
    public static Command Build(Terminal terminal)
    {
        var command = new Command("sql", "Runs one read-only SQL statement over the tables events and alerts (docs/index.md).");
        var place = new DataOrServer();
        place.AddTo(command);
        var statement = new Argument<string>("STATEMENT") { Description = "For instance: select verb, count(*) from events group by all order by 2 desc. '-' reads it from stdin." };
        var format = OutputOptions.Format();
        var limit = OutputOptions.Limit(1000);
        var esql = new Option<bool>("--esql") { Description = "The statement is ES|QL, for Elasticsearch (--url, or the 'elasticsearch' section of the configuration); its own LIMIT counts." };
        var parameters = new Option<string[]>("--param") { Description = "With --esql: a value for ?NAME in the statement; may be repeated. A JSON number, true, false or quoted text is taken as such.", HelpName = "NAME=VALUE" };
        var elasticsearch = new SetupElasticsearchOptions(place.Config);
        elasticsearch.AddTo(command);
        command.Add(statement);
        command.Add(format);
        command.Add(limit);
        command.Add(esql);
        command.Add(parameters);
        command.SetAction(async (parse, stop) =>
        {
            var text = parse.GetRequiredValue(statement);
            if (text == "-") text = await new StreamReader(terminal.OpenInput()).ReadToEndAsync(stop);
            if (parse.GetValue(esql)) return await EsqlAsync(terminal, elasticsearch.Choose(parse), text, parse.GetValue(parameters) ?? [], OutputOptions.Choose(parse.GetValue(format), terminal), stop);
            await using var queries = await place.OpenAsync(parse, stop);
            var page = await Listing.AskAsync(() => queries.SqlAsync(text, parse.GetValue(limit), stop));
            var writer = new RowWriter(terminal, OutputOptions.Choose(parse.GetValue(format), terminal), Columns(page.Rows));
            foreach (var row in page.Rows) writer.Write(row);
            writer.End();
            if (page.Next is not null) terminal.Note($"There are more than {page.Rows.Count} rows; --limit 0 shows all.");
            return ExitCode.Done;
        });
        return command;
    }

    static async Task<int> EsqlAsync(Terminal terminal, ElasticsearchPlace where, string statement, string[] parameters, OutputFormat format, CancellationToken stop)
    {
        try
        {
            using var connection = new ElasticsearchConnection(where);
            var (rows, isPartial) = await new EsqlQuestion(connection).AskAsync(statement, [.. parameters.Select(Parameter)], stop);
            var writer = new RowWriter(terminal, format, Columns([.. rows.Select(r => (ReadOnlyMemory<byte>)r)]));
            foreach (var row in rows) writer.Write(row);
            writer.End();
            if (isPartial) terminal.Note("Some part of Elasticsearch did not answer: these are not all rows.");
            return isPartial ? ExitCode.Unreadable : ExitCode.Done;
        }
        catch (ElasticsearchFault fault)
        {
            throw new CommandFault(fault.Kind == ElasticsearchFaultKind.OutOfReach ? ExitCode.OutOfReach : ExitCode.Usage, fault.Message);
        }
    }

    static (string Name, JsonNode? Value) Parameter(string text)
    {
        var at = text.IndexOf('=', StringComparison.Ordinal);
        if (at <= 0) throw new CommandFault(ExitCode.Usage, $"--param '{text}' must be NAME=VALUE.");
        var (name, value) = (text[..at], text[(at + 1)..]);
        try
        {
            if (JsonNode.Parse(value) is JsonValue json) return (name, json);
        }
        catch (JsonException)
        {
            // A text, as most values are.
        }
        return (name, JsonValue.Create(value));
    }

    static string[] Columns(IReadOnlyList<ReadOnlyMemory<byte>> rows)
    {
        if (rows.Count == 0) return [];
        using var first = JsonDocument.Parse(rows[0]);
        return [.. first.RootElement.EnumerateObject().Select(p => p.Name)];
    }
}
