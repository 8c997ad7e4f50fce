using AuditWatch.Events;
using AuditWatch.Ingest.Journal;
using AuditWatch.Ingest.Pipeline;

namespace AuditWatch.Server.Hosting;

/// <summary>
/// How many journaled audit events each reader has still to settle. What was there at start is counted in the background (the counts beside the segments, frame headers
/// where there are none), so that no journal keeps posts waiting; until then the figures are unknown, never guessed.
/// </summary>
sealed class Backlog : IAsyncDisposable
{
    // Nearly always over at once; after this long the server is ready without it.
    static readonly TimeSpan s_startWaits = TimeSpan.FromSeconds(3);

    readonly IngestCounters _counters;
    readonly CancellationTokenSource _stop = new();
    readonly Task<(long All, long[] After)> _atStart;

    public Backlog(string journal, EventPosition end, Func<EventPosition> detected, Func<EventPosition>? indexed, Func<EventPosition>? elasticsearch, IngestCounters counters)
    {
        EventPosition[] positions = [detected(), indexed?.Invoke() ?? end, elasticsearch?.Invoke() ?? end];
        _counters = counters;
        Detected = new ReaderProgress(detected);
        if (indexed is not null) Indexed = new ReaderProgress(indexed);
        if (elasticsearch is not null) Elasticsearch = new ReaderProgress(elasticsearch);
        _atStart = Task.Run(() => JournalCount.AuditEvents(journal, positions, end, _stop.Token));
    }

    public ReaderProgress Detected { get; }

    /// <summary>What is settled in the embedded index; null without it.</summary>
    public ReaderProgress? Indexed { get; }

    /// <summary>What is settled in Elasticsearch; null without it.</summary>
    public ReaderProgress? Elasticsearch { get; }

    /// <summary>Audit events in the journal; null while they are being counted.</summary>
    public long? Journaled => IsCounted ? _atStart.Result.All + _counters.Accepted : null;

    /// <summary>Journaled, not yet detected; null while that is being counted.</summary>
    public long? DetectionLag => Lag(0, Detected);

    /// <summary>Journaled, not yet in the embedded index, or (where there is one) not yet settled in Elasticsearch; null while that is being counted.</summary>
    public long? IndexLag => IsCounted ? Math.Max(Indexed is null ? 0 : Lag(1, Indexed)!.Value, Elasticsearch is null ? 0 : Lag(2, Elasticsearch)!.Value) : null;

    bool IsCounted => _atStart.IsCompletedSuccessfully;

    /// <summary>Waits for the count as long as a start may.</summary>
    public Task WaitAsync(TimeProvider clock) => ((Task)_atStart).WaitAsync(s_startWaits, clock).ContinueWith(static _ => { }, TaskScheduler.Default);

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await ((Task)_atStart).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _stop.Dispose();
    }

    long? Lag(int reader, ReaderProgress progress) => IsCounted ? Math.Max(0, _atStart.Result.After[reader] + _counters.Accepted - progress.Settled) : null;
}
