using System.Buffers.Binary;

namespace AuditWatch.Ingest.Journal.Kafka;

/// <summary>The key of a Kafka record of the journal, 28 bytes, big-endian: the producer's id, the frame's number in the producer's chain, which part of the frame this is, of how many.</summary>
internal readonly record struct PartKey(UInt128 Producer, long Sequence, int Part, int Parts)
{
    public const int Length = 28;

    /// <summary>A Kafka record holds at most this much of a frame, which every broker and Event Hubs takes (1,000,000 bytes and its own header).</summary>
    public const int PartBytes = 900_000;

    /// <summary>Much more than the largest record that is taken in (32 MiB) needs.</summary>
    public const int MostParts = 256;

    public static int PartsOf(long frameLength) => (int)((frameLength + PartBytes - 1) / PartBytes);

    public byte[] ToBytes()
    {
        var bytes = new byte[Length];
        BinaryPrimitives.WriteUInt128BigEndian(bytes, Producer);
        BinaryPrimitives.WriteInt64BigEndian(bytes.AsSpan(16), Sequence);
        BinaryPrimitives.WriteUInt16BigEndian(bytes.AsSpan(24), (ushort)Part);
        BinaryPrimitives.WriteUInt16BigEndian(bytes.AsSpan(26), (ushort)Parts);
        return bytes;
    }

    public static bool TryRead(ReadOnlySpan<byte> bytes, out PartKey key)
    {
        key = default;
        if (bytes.Length != Length) return false;
        key = new PartKey(BinaryPrimitives.ReadUInt128BigEndian(bytes), BinaryPrimitives.ReadInt64BigEndian(bytes[16..]),
            BinaryPrimitives.ReadUInt16BigEndian(bytes[24..]), BinaryPrimitives.ReadUInt16BigEndian(bytes[26..]));
        return key.Sequence >= 0 && key.Parts is > 0 and <= MostParts && key.Part < key.Parts;
    }
}
