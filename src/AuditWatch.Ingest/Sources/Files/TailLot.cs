using System.Buffers;

namespace AuditWatch.Ingest.Sources.Files;

/// <summary>Whole lines of one file on their way to the journal, and the place behind them.</summary>
internal sealed class TailLot(PartitionLot lines, byte[] buffer, TailPlace behind)
{
    public PartitionLot Lines { get; } = lines;

    public TailPlace Behind { get; } = behind;

    public void Release() => ArrayPool<byte>.Shared.Return(buffer);
}
