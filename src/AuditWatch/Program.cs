using System.CommandLine;
using AuditWatch.Cli;

using AuditWatch.Cli.Commands;
using AuditWatch.Cli.Output;
using AuditWatch.Server.Hosting;
using AuditWatch.Storage.Index;
using AuditWatch.Storage.State;

// The way of a command: parse → the command's class under Commands/ → results on stdout, everything else on stderr → an ExitCode.
var terminal = Terminal.OfThisProcess(args);
var parse = CommandTree.Build(terminal).Parse(args);
if (parse.Errors.Count > 0)
{
    foreach (var error in parse.Errors) terminal.Error(error.Message);
    terminal.Note($"Try '{string.Join(' ', CommandTree.PathOf(parse).Prepend("auditwatch"))} --help'.");
    return ExitCode.Usage;
}

using var interrupt = new CancellationTokenSource();
using var impatience = new Timer(_ =>
{
    // Nothing is to be drained, and a read of a pipe cannot be called off.
    terminal.Flush();
    Environment.Exit(ExitCode.Interrupted);
});
Console.CancelKeyPress += (_, pressed) =>
{
    pressed.Cancel = !interrupt.IsCancellationRequested; // the second Ctrl-C ends the process at once
    interrupt.Cancel();
    if (!CommandTree.Drains(parse)) impatience.Change(TimeSpan.FromSeconds(1), Timeout.InfiniteTimeSpan);
};
try
{
    return await parse.InvokeAsync(new InvocationConfiguration { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = null }, interrupt.Token);
}
catch (CommandFault fault)
{
    terminal.Error(fault.Message);
    return fault.ExitCode;
}
catch (OperationCanceledException) when (interrupt.IsCancellationRequested)
{
    return ExitCode.Interrupted;
}
catch (IOException) when (terminal.OutputIsGone)
{
    return ExitCode.Done; // the reader of our pipe has had enough, as with 'auditwatch … | head'
}
catch (Exception fault) when (fault is IndexUnusableException or IndexBusyException or StateSchemaException or StateUnavailableException or StartFault or IOException or UnauthorizedAccessException)
{
    terminal.Error(fault.Message);
    return fault is IndexBusyException or StateUnavailableException ? ExitCode.OutOfReach : ExitCode.Usage;
}
catch (Exception fault)
{
    terminal.Error($"This should not have happened, please report it: {fault}");
    return ExitCode.Usage;
}
finally
{
    terminal.Flush();
}
