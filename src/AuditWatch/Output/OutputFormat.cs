using System.CommandLine;

namespace AuditWatch.Cli.Output;

internal enum OutputFormat
{
    Table,
    Json,
    Ndjson,
}

/// <summary>The options that every list has.</summary>
internal static class OutputOptions
{
    public static Option<string?> Format(params string[] more)
    {
        var option = new Option<string?>("--format") { Description = "table (default on a terminal), json, ndjson (default in a pipe)." };
        option.AcceptOnlyFromAmong(["table", "json", "ndjson", .. more]);
        return option;
    }

    public static Option<long> Limit(long fallback) => new("--limit")
    {
        Description = fallback == 0 ? "At most so many rows; 0 for all." : $"At most so many rows; 0 for all. Default {fallback}.",
        DefaultValueFactory = _ => fallback,
        CustomParser = result =>
        {
            if (long.TryParse(result.Tokens[0].Value, out var limit) && limit >= 0) return limit;
            result.AddError($"--limit takes a whole number from 0 on, not '{result.Tokens[0].Value}'.");
            return 0;
        },
    };

    public static OutputFormat Choose(string? asked, Terminal terminal) => asked switch
    {
        "table" => OutputFormat.Table,
        "json" => OutputFormat.Json,
        "ndjson" => OutputFormat.Ndjson,
        _ => terminal.OutputIsTerminal ? OutputFormat.Table : OutputFormat.Ndjson,
    };
}
