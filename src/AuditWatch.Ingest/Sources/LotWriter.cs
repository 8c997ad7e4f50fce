using AuditWatch.Ingest.Pipeline;

namespace AuditWatch.Ingest.Sources;

/// <summary>Takes lots to the journal. A lot that is not taken stays, and is offered again after a growing pause; nothing else is lost by that.</summary>
internal sealed class LotWriter(IngestPipeline pipeline, SourceStanding standing, TimeProvider time)
{
    static readonly TimeSpan s_longestPause = TimeSpan.FromSeconds(30);

    readonly List<(PartitionLot Lot, Action<PartitionLot> OnDurable)> _lots = [];
    Task<Exception?> _writing = Task.FromResult<Exception?>(null);
    long _failedAt;
    TimeSpan _pause;

    /// <summary>Nothing is under way or waits.</summary>
    public bool IsIdle => _lots.Count == 0;

    /// <summary>Why the last try failed; null when it did not.</summary>
    public Exception? Fault { get; private set; }

    /// <summary>Begins; only when idle. <paramref name="onDurable"/> is called by <see cref="Settle"/>, on its thread.</summary>
    public void Write(IEnumerable<PartitionLot> lots, Action<PartitionLot> onDurable)
    {
        _lots.AddRange(lots.Select(lot => (lot, onDurable)));
        Begin();
    }

    /// <summary>Waits at most so long for what is under way, and tells what became durable.</summary>
    public void Settle(TimeSpan wait)
    {
        if (IsIdle) return;
        if (Fault is not null)
        {
            if (time.GetElapsedTime(_failedAt) >= _pause) Begin();
            return;
        }
        if (!_writing.Wait(wait)) return;
        Fault = _writing.Result;
        foreach (var (lot, onDurable) in _lots.Where(l => l.Lot.IsDurable).ToList()) onDurable(lot);
        _lots.RemoveAll(l => l.Lot.IsDurable);
        if (Fault is null)
        {
            _pause = TimeSpan.Zero;
            return;
        }
        _failedAt = time.GetTimestamp();
        _pause = _pause == TimeSpan.Zero ? TimeSpan.FromSeconds(1) : TimeSpan.FromTicks(Math.Min(_pause.Ticks * 2, s_longestPause.Ticks));
        standing.OnError("The journal does not take it: " + Fault.Message);
    }

    void Begin()
    {
        Fault = null;
        var lots = _lots.ConvertAll(l => l.Lot);
        _writing = Task.Run(() => WriteAsync(lots));
    }

    // One lot's fault must not keep the others from becoming durable.
    async Task<Exception?> WriteAsync(List<PartitionLot> lots)
    {
        Exception? fault = null;
        await Parallel.ForEachAsync(lots, new ParallelOptions { MaxDegreeOfParallelism = Math.Min(4, Environment.ProcessorCount) }, async (lot, _) =>
        {
            try
            {
                var result = await pipeline.IngestAsync(lot.ToBatch(standing.Cluster, standing.Name), CancellationToken.None).ConfigureAwait(false);
                lot.IsDurable = true;
                standing.OnDurable(lot.Partition, lot.Last, lot.Count, lot.Bytes, result);
            }
            catch (Exception e)
            {
                fault = e;
            }
        }).ConfigureAwait(false);
        return fault;
    }
}
