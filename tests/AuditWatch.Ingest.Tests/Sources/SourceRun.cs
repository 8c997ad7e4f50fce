using AuditWatch.Events;
using AuditWatch.Ingest.Journal;
using AuditWatch.Ingest.Sources;
using AuditWatch.Ingest.Tests.Pipeline;
using Xunit;

namespace AuditWatch.Ingest.Tests.Sources;

/// <summary>A source that runs; stopped when disposed.</summary>
internal sealed class SourceRun : IAsyncDisposable
{
    readonly CancellationTokenSource _stop = new();
    readonly Task _running;

    public SourceRun(IPartitionSource source)
    {
        Source = source;
        _running = source.RunAsync(_stop.Token);
    }

    public IPartitionSource Source { get; }

    public SourceStanding Standing => Source.Standing;

    /// <summary>Waits until something holds; a run that ended, or a minute, is a failure.</summary>
    public async Task UntilAsync(Func<SourceStanding, bool> holds, string what)
    {
        for (var waited = 0; !holds(Standing); waited += 20)
        {
            if (_running.IsFaulted) await _running;
            Assert.False(_running.IsCompleted, $"The source ended while waiting: {what}");
            Assert.True(waited < 30_000, $"Waited a minute in vain: {what}. {Describe()}");
            await Task.Delay(20, TestContext.Current.CancellationToken);
        }
    }

    public string Describe() =>
        $"state {Standing.State}, messages {Standing.Messages}, events {Standing.Events}, repeats {Standing.Repeats}, quarantined {Standing.Quarantined}, lag {Standing.Lag}, error {Standing.LastError?.Message}, partitions {string.Join(' ', Standing.Partitions)}";

    public async Task StopAsync()
    {
        await _stop.CancelAsync();
        await _running.ContinueWith(_ => { }, TaskScheduler.Default);
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        _stop.Dispose();
    }

    /// <summary>Events in = events stored, each once, + quarantined, over all journals that they went to.</summary>
    public static async Task BalancesAsync(int events, int quarantined, params PipelineFixture[] into)
    {
        var (ids, bad) = (new List<EventId>(), 0);
        foreach (var pipeline in into)
        {
            ids.AddRange((await ReadAsync(pipeline)).Ids);
            bad += (await pipeline.Quarantine()).Count;
        }

        Assert.Equal((events, events, quarantined), (ids.Count, ids.Distinct().Count(), bad));
    }

    /// <summary>Every audit event in a journal with its id, and the positions that its frames name.</summary>
    public static async Task<(List<EventId> Ids, List<string> Positions)> ReadAsync(PipelineFixture pipeline)
    {
        var (ids, positions) = (new List<EventId>(), new List<string>());
        await foreach (var frame in pipeline.Journal.ReadAsync(EventPosition.Start, false, TestContext.Current.CancellationToken))
        {
            if (frame.Kind != RecordKind.Audit) continue;
            ids.AddRange(frame.Ids);
            positions.Add(frame.SourcePosition);
        }
        return (ids, positions);
    }
}
