using System.CommandLine;
using System.Text.Json;
using AuditWatch.Cli.Output;

namespace AuditWatch.Cli.Commands;

/// <summary><c>auditwatch sql "select …"</c></summary>
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
        command.Add(statement);
        command.Add(format);
        command.Add(limit);
        command.SetAction(async (parse, stop) =>
        {
            await using var queries = await place.OpenAsync(parse, stop);
            var text = parse.GetRequiredValue(statement);
#pragma warning disable RS0030 // '-' is stdin
            if (text == "-") text = await Console.In.ReadToEndAsync(stop);
#pragma warning restore RS0030
            var page = await Listing.AskAsync(() => queries.SqlAsync(text, parse.GetValue(limit), stop));
            var writer = new RowWriter(terminal, OutputOptions.Choose(parse.GetValue(format), terminal), Columns(page.Rows));
            foreach (var row in page.Rows) writer.Write(row);
            writer.End();
            if (page.Next is not null) terminal.Note($"There are more than {page.Rows.Count} rows; --limit 0 shows all.");
            return ExitCode.Done;
        });
        return command;
    }

    static string[] Columns(IReadOnlyList<ReadOnlyMemory<byte>> rows)
    {
        if (rows.Count == 0) return [];
        using var first = JsonDocument.Parse(rows[0]);
        return [.. first.RootElement.EnumerateObject().Select(p => p.Name)];
    }
}
