using AuditWatch.Cli;
using AuditWatch.Cli.Output;

var run = CommandRun.Of(args, Terminal.OfThisProcess(args));
using var interrupt = new CancellationTokenSource();
using var impatience = new Timer(_ =>
{
    // Nothing is to be drained, and a read of a pipe cannot be called off.
    run.FlushWhatIsLeft();
    Environment.Exit(ExitCode.Interrupted);
});
Console.CancelKeyPress += (_, pressed) =>
{
    pressed.Cancel = !interrupt.IsCancellationRequested; // the second Ctrl-C ends the process at once
    interrupt.Cancel();
    if (!run.Drains) impatience.Change(TimeSpan.FromSeconds(1), Timeout.InfiniteTimeSpan);
};
return await run.ToEndAsync(interrupt.Token);
