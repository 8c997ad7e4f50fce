using System.Buffers.Binary;
using System.IO.Hashing;

namespace AuditWatch.Ingest.Journal.Kafka;

/// <summary>A frame that is all there.</summary>
internal static class FrameBytes
{
    /// <summary>Its header, when length and checksum hold.</summary>
    public static bool TryOpen(ReadOnlySpan<byte> frame, out FrameHeader header)
    {
        if (!FrameHeader.TryRead(frame, out header) || header.FrameLength != frame.Length) return false;
        var body = frame[..^FrameHeader.TrailerLength];
        return XxHash3.HashToUInt64(body) == BinaryPrimitives.ReadUInt64LittleEndian(frame[body.Length..]);
    }

    public static ReadOnlySpan<byte> Payload(ReadOnlySpan<byte> frame, in FrameHeader header) => frame.Slice(header.HeaderLength, header.PayloadLength);
}
