using System.CommandLine;
using System.Runtime.InteropServices;
using AuditWatch.Cli.Output;
using AuditWatch.Server.Configuration;
using AuditWatch.Server.Hosting;

namespace AuditWatch.Cli.Commands;

/// <summary><c>auditwatch serve</c>: everything embedded in one process. SIGTERM and Ctrl-C drain and end.</summary>
internal static class ServeCommand
{
    public static Command Build(Terminal terminal)
    {
        var command = new Command("serve", "Takes events in (webhook, sources), detects, indexes, and answers the HTTP API. Everything is kept under --data.");
        var options = new ConfigOptions(serving: true);
        options.AddTo(command);
        command.SetAction(async (parse, interrupted) =>
        {
            var config = options.Load(parse);
            using var stop = CancellationTokenSource.CreateLinkedTokenSource(interrupted);
            using var term = PosixSignalRegistration.Create(PosixSignal.SIGTERM, signal =>
            {
                signal.Cancel = true;
                stop.Cancel();
            });
            try
            {
                await AuditWatchHost.RunAsync(config, TimeProvider.System, terminal.Note, stop.Token);
                return interrupted.IsCancellationRequested ? ExitCode.Interrupted : ExitCode.Done;
            }
            catch (OperationCanceledException) when (stop.IsCancellationRequested)
            {
                // Told to end before it had begun.
                return interrupted.IsCancellationRequested ? ExitCode.Interrupted : ExitCode.Done;
            }
            catch (DataFolderInUseException fault)
            {
                throw new CommandFault(ExitCode.OutOfReach, fault.Message);
            }
            catch (StartFault fault)
            {
                throw new CommandFault(ExitCode.Usage, fault.Message);
            }
        });
        return command;
    }
}
