using System.Globalization;
using AuditWatch.Events.Framing;
using AuditWatch.Ingest.Pipeline;

namespace AuditWatch.Ingest.Sources;

/// <summary>Messages of one partition that go through the pipeline together.</summary>
internal sealed class PartitionLot(string partition)
{
    readonly List<FramedDocument> _documents = [];
    readonly List<long> _positions = [];

    /// <summary>Topic or hub, and partition.</summary>
    public string Partition { get; } = partition;

    /// <summary>Which API server wrote it, unless its messages say so themselves; empty: not known.</summary>
    public string ApiServer { get; init; } = "";

    public int Count => _positions.Count;

    /// <summary>The journal has all of it.</summary>
    public volatile bool IsDurable;

    public long Bytes { get; private set; }

    /// <summary>Offset or sequence number of the last message.</summary>
    public long Last => _positions[^1];

    public void Add(long position, ReadOnlyMemory<byte> message, bool isOversize = false)
    {
        _positions.Add(position);
        _documents.Add(new FramedDocument(message, 1, isOversize));
        Bytes += message.Length;
    }

    public IngestBatch ToBatch(string cluster, string source) => new(cluster, source, PositionOf(0), _documents) { PositionOf = PositionOf, ApiServer = ApiServer };

    string PositionOf(int index) => string.Create(CultureInfo.InvariantCulture, $"{Partition}/{_positions[index]}");
}
