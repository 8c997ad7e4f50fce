namespace AuditWatch.Benchmarks.EndToEnd.Ingest;

/// <summary>One source: the same bytes from the same client to nowhere, to the reference, and to our journal.</summary>
internal abstract class IngestContest : IAsyncDisposable
{
    public abstract string Name { get; }

    /// <summary>The client alone: what it gives is counted and dropped.</summary>
    public abstract Task<IngestRun> BareAsync();

    /// <summary>What it gives is compressed, hashed, written and fsynced.</summary>
    public abstract Task<IngestRun> ReferenceAsync(string folder);

    /// <summary>What it gives goes through the pipeline into a journal; over when all of it is durable.</summary>
    public abstract Task<IngestRun> OursAsync(string folder);

    public abstract ValueTask DisposeAsync();
}
