namespace AuditWatch.Storage.Elasticsearch;

/// <summary>What became of the events that the indexer read since it was opened: read = indexed + duplicate + dead-lettered + in flight, whenever nothing moves.</summary>
public sealed class IndexerCounters
{
    long _read, _indexed, _duplicate, _deadLettered, _inFlight, _retries;

    /// <summary>Events read from the journal.</summary>
    public long Read => Interlocked.Read(ref _read);

    /// <summary>Documents that Elasticsearch took.</summary>
    public long Indexed => Interlocked.Read(ref _indexed);

    /// <summary>Documents that it had already.</summary>
    public long Duplicate => Interlocked.Read(ref _duplicate);

    /// <summary>Documents that it will not take.</summary>
    public long DeadLettered => Interlocked.Read(ref _deadLettered);

    /// <summary>Documents not settled yet.</summary>
    public long InFlight => Interlocked.Read(ref _inFlight);

    /// <summary>Requests sent again.</summary>
    public long Retries => Interlocked.Read(ref _retries);

    internal void OnRead()
    {
        Interlocked.Increment(ref _read);
        Interlocked.Increment(ref _inFlight);
    }

    internal void OnSettled(int indexed, int duplicate, int deadLettered)
    {
        Interlocked.Add(ref _indexed, indexed);
        Interlocked.Add(ref _duplicate, duplicate);
        Interlocked.Add(ref _deadLettered, deadLettered);
        Interlocked.Add(ref _inFlight, -indexed - duplicate - deadLettered);
    }

    internal void OnRetry() => Interlocked.Increment(ref _retries);
}
