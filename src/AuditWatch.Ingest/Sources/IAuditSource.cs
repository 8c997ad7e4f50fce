using AuditWatch.Ingest.Pipeline;

namespace AuditWatch.Ingest.Sources;

/// <summary>
/// Somewhere audit events come from. Contract: throws only when the source is unusable; a bad record is yielded as bytes and judged by the pipeline. Resumes from a
/// position without skipping; repeating is allowed, since the journal tells repeats. A batch's memory is valid until the next one is asked for.
/// </summary>
public interface IAuditSource
{
    /// <summary>Its name, as the configuration or command line gives it.</summary>
    string Name { get; }

    /// <summary>Batches behind a position that an earlier batch named (empty: from the beginning).</summary>
    IAsyncEnumerable<IngestBatch> ReadAsync(string after, CancellationToken stop);
}
