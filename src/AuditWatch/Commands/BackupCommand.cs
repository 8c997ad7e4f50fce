using System.CommandLine;
using AuditWatch.Cli.Output;
using AuditWatch.Ingest.Journal;
using AuditWatch.Server.Hosting;

namespace AuditWatch.Cli.Commands;

/// <summary><c>auditwatch backup DIR</c> and <c>auditwatch restore DIR</c> (docs/backup.md).</summary>
internal static class BackupCommand
{
    public static Command Backup(Terminal terminal)
    {
        var command = new Command("backup", "Copies a data folder, while its server runs or not: journal, state, keys, exceptions. Run it on the server's machine, as its user.");
        var target = new Argument<string>("DIR") { Description = "The backup: a folder that does not exist yet." };
        var data = Data();
        var withoutState = new Option<bool>("--without-state") { Description = "The state is in PostgreSQL and was dumped before." };
        command.Add(target);
        command.Add(data);
        command.Add(withoutState);
        command.SetAction(async (parse, stop) =>
        {
            var report = await Server.Hosting.Backup.WriteAsync(parse.GetValue(data)!, parse.GetRequiredValue(target), !parse.GetValue(withoutState), TimeProvider.System, stop);
            return Say(terminal, report, $"Backed up to {parse.GetValue(target)}");
        });
        return command;
    }

    public static Command Restore(Terminal terminal)
    {
        var command = new Command("restore", "Puts a backup back as a data folder, and verifies it. The index is made anew at the next start.");
        var backup = new Argument<string>("DIR") { Description = "What 'auditwatch backup' wrote." };
        var data = Data();
        command.Add(backup);
        command.Add(data);
        command.SetAction(async (parse, stop) =>
        {
            var report = await Server.Hosting.Backup.RestoreAsync(parse.GetRequiredValue(backup), parse.GetValue(data)!, stop);
            return Say(terminal, report, $"Restored to {parse.GetValue(data)}");
        });
        return command;
    }

    static Option<string> Data() => new("--data") { Description = "The data folder. Default auditwatch-data.", HelpName = "DIR", DefaultValueFactory = _ => "auditwatch-data" };

    static int Say(Terminal terminal, VerifyReport report, string done)
    {
        foreach (var finding in report.Findings) terminal.Error(finding.ToString());
        terminal.Note($"{done}: {report.Segments} segments, {report.Frames} frames, {report.Records} records: {(report.IsWhole ? "whole" : "the journal was damaged before, and is so in the copy")}.");
        return report.IsWhole ? ExitCode.Done : ExitCode.Found;
    }
}
