using AuditWatch.Ingest.Sources;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace AuditWatch.Server.Sources;

/// <summary>Keeps one source running. What goes wrong with it is logged, shown and tried again; it never ends the server.</summary>
sealed partial class SourceWorker(IPartitionSource source, TimeProvider clock, ILogger<SourceWorker> log) : BackgroundService
{
    static readonly TimeSpan FirstPause = TimeSpan.FromSeconds(1);
    static readonly TimeSpan LongestPause = TimeSpan.FromMinutes(1);

    public SourceStanding Standing => source.Standing;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await Task.Yield();
        for (var pause = FirstPause; !stoppingToken.IsCancellationRequested;)
        {
            var began = clock.GetTimestamp();
            try
            {
                await source.RunAsync(stoppingToken);
                if (stoppingToken.IsCancellationRequested) return;
            }
            catch (Exception fault)
            {
                if (stoppingToken.IsCancellationRequested) return;
                var reason = Reason(fault);
                Standing.OnError(reason, SourceState.Failing);
                if (clock.GetElapsedTime(began) > LongestPause) pause = FirstPause;
                Failed(log, Standing.Name, reason, pause.TotalSeconds);
            }
            await Task.Delay(pause, clock, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            pause = pause * 2 < LongestPause ? pause * 2 : LongestPause;
        }
    }

    // The innermost message says what is wrong; the ones around it say where in a client it was noticed.
    static string Reason(Exception fault)
    {
        while (fault is AggregateException && fault.InnerException is { } inner) fault = inner;
        return fault.InnerException is { } cause && fault is TypeInitializationException ? cause.Message : fault.Message;
    }

    [LoggerMessage(3701, LogLevel.Error, "Source {Source} cannot go on: {Reason} It is tried again in {Seconds} s.")]
    static partial void Failed(ILogger log, string source, string reason, double seconds);
}
