using System.CommandLine;
using AuditWatch.Server.Configuration;

namespace AuditWatch.Cli.Commands;

/// <summary>What is wrong with a command line, with what was probably meant.</summary>
internal static class UsageFaults
{
    public static IEnumerable<string> Of(ParseResult parse)
    {
        var command = parse.CommandResult.Command;
        if (command.Action is null && command.Subcommands.Count > 0)
        {
            var names = command.Subcommands.Where(c => !c.Hidden).Select(c => c.Name).ToList();
            return parse.UnmatchedTokens is [var word, ..]
                ? [$"There is no {(word.StartsWith('-') ? "option" : "command")} '{word}'.{Meant(word, word.StartsWith('-') ? Options(parse) : names)}"]
                : [$"Name a command: {string.Join(", ", names)}."];
        }
        // The library says of each word only that it was not recognized.
        return parse.Errors.Select(e => e.Message).Where(message => !parse.UnmatchedTokens.Any(word => message.Contains($"'{word}'", StringComparison.Ordinal)))
            .Concat(parse.UnmatchedTokens.Select(word => word.StartsWith('-') ? $"There is no option '{word}'.{Meant(word, Options(parse))}" : $"'{word}' is one argument too many."));
    }

    /// <summary>A suggestion for a word that stands where an option could; empty when nothing is near.</summary>
    public static string Meant(string word, IEnumerable<string> known) => Suggestion.Near(word, known) is { } near ? $" Did you mean '{near}'?" : "";

    static IEnumerable<string> Options(ParseResult parse)
    {
        for (System.CommandLine.Parsing.SymbolResult? at = parse.CommandResult; at is not null; at = at.Parent)
            if (at is System.CommandLine.Parsing.CommandResult result)
                foreach (var option in result.Command.Options) yield return option.Name;
    }
}
