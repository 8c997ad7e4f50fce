using AuditWatch.Ingest.Sources;
using AuditWatch.Ingest.Sources.EventHubs;
using AuditWatch.Ingest.Sources.Files;
using AuditWatch.Server.Queries;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace AuditWatch.Server.Sources;

/// <summary>Keeps one source running. What goes wrong with it is logged, shown and tried again; it never ends the server.</summary>
sealed partial class SourceWorker(IPartitionSource source, TimeProvider clock, ILogger<SourceWorker> log) : BackgroundService
{
    static readonly TimeSpan FirstPause = TimeSpan.FromSeconds(1);
    static readonly TimeSpan LongestPause = TimeSpan.FromMinutes(1);

    readonly Lock _gate = new();
    CancellationTokenSource? _interrupt;
    TaskCompletionSource<int>? _reset;

    public SourceStanding Standing => source.Standing;

    /// <summary>Stops the source, forgets how far it is, and starts it again. Returns how many partitions begin anew.</summary>
    public Task<int> ResetAsync(CancellationToken stop)
    {
        if (source is not (EventHubsSource or FileTailSource)) throw new QueryFault($"The source '{Standing.Name}' keeps its place in its own consumer group; reset it there (kafka-consumer-groups --reset-offsets).");
        var reset = new TaskCompletionSource<int>(TaskCreationOptions.RunContinuationsAsynchronously);
        if (Interlocked.CompareExchange(ref _reset, reset, null) is { } other) reset = other;
        lock (_gate) _interrupt?.Cancel();
        return reset.Task.WaitAsync(stop);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await Task.Yield();
        for (var pause = FirstPause; !stoppingToken.IsCancellationRequested;)
        {
            using var interrupt = CancellationTokenSource.CreateLinkedTokenSource(stoppingToken);
            lock (_gate) _interrupt = interrupt;
            var began = clock.GetTimestamp();
            try
            {
                if (Interlocked.Exchange(ref _reset, null) is { } reset) await ResetNowAsync(reset, stoppingToken);
                await source.RunAsync(interrupt.Token);
            }
            catch (Exception fault) when (!stoppingToken.IsCancellationRequested)
            {
                var reason = Reason(fault);
                Standing.OnError(reason, SourceState.Failing);
                if (clock.GetElapsedTime(began) > LongestPause) pause = FirstPause;
                Failed(log, Standing.Name, reason, pause.TotalSeconds);
            }
            catch (Exception)
            {
                // Stopping; what was not durable is read again at the next start.
            }
            await Task.Delay(pause, clock, interrupt.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            pause = interrupt.IsCancellationRequested ? FirstPause : pause * 2 < LongestPause ? pause * 2 : LongestPause;
            lock (_gate) _interrupt = null;
        }
    }

    async Task ResetNowAsync(TaskCompletionSource<int> reset, CancellationToken stop)
    {
        try
        {
            reset.SetResult(source is FileTailSource files ? await files.ResetAsync(stop) : await ((EventHubsSource)source).ResetAsync(stop));
        }
        catch (Exception fault)
        {
            reset.SetException(new QueryFault($"The source '{Standing.Name}' could not be reset: {fault.Message}"));
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
