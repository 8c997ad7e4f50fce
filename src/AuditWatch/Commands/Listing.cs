using System.CommandLine;
using System.Globalization;
using AuditWatch.Cli.Output;
using AuditWatch.Server.Queries;

namespace AuditWatch.Cli.Commands;

/// <summary>Builds the <c>list</c>/<c>search</c> and <c>show</c> commands of a collection: options become the API's filters, pages become one list.</summary>
internal static class Listing
{
    /// <summary>A filter option; its name is the API's parameter (<c>--audit-id</c> → <c>audit_id</c>).</summary>
    public static Option<string?> Filter(string name, string description) => new(name) { Description = description };

    public static Command List(Terminal terminal, string verb, string description, string collection, Option[] filters, params string[] columns)
    {
        var command = new Command(verb, description);
        var place = new DataOrServer();
        place.AddTo(command);
        foreach (var filter in filters) command.Add(filter);
        var format = OutputOptions.Format();
        var limit = OutputOptions.Limit(1000);
        command.Add(format);
        command.Add(limit);
        command.SetAction(async (parse, stop) =>
        {
            await using var queries = await place.OpenAsync(parse, stop);
            var writer = new RowWriter(terminal, OutputOptions.Choose(parse.GetValue(format), terminal), columns);
            var isWhole = await CopyAsync(queries, collection, Filters(parse, filters), parse.GetValue(limit), writer, stop);
            if (!isWhole) terminal.Note($"There are more than {parse.GetValue(limit)} rows; --limit 0 shows all.");
            return ExitCode.Done;
        });
        return command;
    }

    public static Command Show(Terminal terminal, string description, string collection, string what)
    {
        var command = new Command("show", description);
        var place = new DataOrServer();
        place.AddTo(command);
        var id = new Argument<string>("ID") { Description = $"The {what}'s id." };
        command.Add(id);
        command.SetAction(async (parse, stop) =>
        {
            await using var queries = await place.OpenAsync(parse, stop);
            var wanted = parse.GetRequiredValue(id);
            if (await queries.ShowAsync(collection, wanted, stop) is not { } row) throw new CommandFault(ExitCode.Usage, $"There is no {what} '{wanted}'.");
            terminal.Result(row.Span);
            return ExitCode.Done;
        });
        return command;
    }

    /// <summary>Writes at most so many rows (0: all); false when there are more.</summary>
    static async Task<bool> CopyAsync(IQueries queries, string collection, Dictionary<string, string> filters, long limit, RowWriter writer, CancellationToken stop)
    {
        var left = limit == 0 ? long.MaxValue : limit;
        while (true)
        {
            filters["limit"] = Math.Min(left, 1000).ToString(CultureInfo.InvariantCulture);
            var page = await AskAsync(() => queries.ListAsync(collection, filters, stop));
            foreach (var row in page.Rows) writer.Write(row);
            left -= page.Rows.Count;
            if (page.Next is null || left <= 0)
            {
                writer.End();
                return page.Next is null;
            }
            filters["cursor"] = page.Next;
        }
    }

    public static async Task<T> AskAsync<T>(Func<Task<T>> ask)
    {
        try
        {
            return await ask();
        }
        catch (QueryFault fault)
        {
            throw new CommandFault(ExitCode.Usage, fault.Message);
        }
    }

    public static Dictionary<string, string> Filters(ParseResult parse, Option[] options)
    {
        var filters = new Dictionary<string, string>();
        foreach (var option in options)
        {
            if (parse.GetResult(option) is null or { Implicit: true }) continue;
            object? value = option switch
            {
                Option<string?> text => parse.GetValue(text),
                Option<DateTimeOffset?> time => parse.GetValue(time)?.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'", CultureInfo.InvariantCulture),
                Option<TimeSpan?> duration => parse.GetValue(duration)?.TotalSeconds.ToString(CultureInfo.InvariantCulture) + "s",
                Option<bool> flag => parse.GetValue(flag) ? "true" : null,
                _ => throw new InvalidOperationException($"{option.Name} has a type that no filter has."),
            };
            if (value is string said) filters[option.Name.TrimStart('-').Replace('-', '_')] = said;
        }
        return filters;
    }
}
