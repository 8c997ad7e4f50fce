using System.CommandLine;
using AuditWatch.Cli.Output;

namespace AuditWatch.Cli.Commands;

/// <summary>Every command there is.</summary>
internal static class CommandTree
{
    public static RootCommand Build(Terminal terminal)
    {
        var root = new RootCommand("AuditWatch: Kubernetes audit events in, alerts that know what they could not see out.")
        {
            DemoCommand.Build(terminal),
            ScanCommand.Build(terminal),
            ServeCommand.Build(terminal),
            RulesCommand.Build(terminal),
            AlertsCommand.Build(terminal),
            IncidentsCommand.Build(terminal),
            ExceptionsCommand.Build(terminal),
            NotifyCommand.Build(terminal),
            ParkedCommand.Build(terminal),
            EventsCommand.Build(terminal),
            TimelineCommand.Build(terminal),
            SqlCommand.Build(terminal),
            JournalCommand.Build(terminal),
            QuarantineCommand.Build(terminal),
            ClustersCommand.Build(terminal),
            TokensCommand.Build(terminal),
            SourcesCommand.Build(terminal),
            BackupCommand.Backup(terminal),
            BackupCommand.Restore(terminal),
            DoctorCommand.Build(terminal),
            DeadLettersCommand.Build(terminal),
            SetupCommand.Build(terminal),
            ConfigCommand.Build(terminal),
        };
        root.Add(new Option<bool>("--no-color") { Description = "No colours (as NO_COLOR does).", Recursive = true });
        return root;
    }

    /// <summary>Whether a command has something to bring to an end when it is interrupted.</summary>
    public static bool Drains(ParseResult parse) => parse.CommandResult.Command.Name is "serve" or "demo";

    /// <summary>The names of the commands that were recognised, outermost first.</summary>
    public static IEnumerable<string> PathOf(ParseResult parse)
    {
        var names = new Stack<string>();
        for (System.CommandLine.Parsing.SymbolResult? at = parse.CommandResult; at is not null; at = at.Parent)
            if (at is System.CommandLine.Parsing.CommandResult { Command: not RootCommand } command) names.Push(command.Command.Name);
        return names;
    }
}
