using AuditWatch.Events.Framing;

namespace AuditWatch.Ingest.Pipeline;

/// <summary>Documents of one cluster from one place of one source. Their memory must stay as it is until the batch is ingested.</summary>
/// <param name="Cluster">Who they belong to; never told by their content.</param>
/// <param name="Source">The source's name.</param>
/// <param name="SourcePosition">The source's own position of the first of them, or empty.</param>
/// <param name="Documents">The documents.</param>
public sealed record IngestBatch(string Cluster, string Source, string SourcePosition, IReadOnlyList<FramedDocument> Documents)
{
    /// <summary>The source's own position of each document, by its index; null: only that of the first is known. Quarantined records are told apart by it, however batches are cut.</summary>
    public Func<int, string>? PositionOf { get; init; }

    /// <summary>Which API server they came from, unless an envelope within says so itself; empty: not known.</summary>
    public string ApiServer { get; init; } = "";

    /// <summary>The documents come from quarantine: what is still not understood is counted, and not kept a second time.</summary>
    public bool IsReplay { get; init; }
}
