using System.Buffers.Binary;
using System.IO.Hashing;

namespace AuditWatch.Ingest.Journal;

/// <summary>The fixed part of a frame's header, as docs/journal.md lays it out: 120 bytes, little-endian, checked by itself so that its lengths can be trusted.</summary>
internal readonly record struct FrameHeader
{
    public const int FixedLength = 120;
    public const int TrailerLength = 8;
    public const int HashLength = 32;
    public const byte Version = 1;
    public const byte CodecRaw = 0;
    public const byte CodecZstd = 1;
    public const byte FlagIds = 1;

    const int VariableCheckAt = 104, FixedCheckAt = 112, PreviousAt = 72;

    /// <summary>0xFF never occurs in UTF-8, so no journaled text can hold the mark of a frame.</summary>
    public static ReadOnlySpan<byte> Magic => [0xFF, 0x41, 0x57, 0x4A];

    public RecordKind Kind { get; init; }
    public byte Codec { get; init; }
    public bool HasIds { get; init; }
    public int HeaderLength { get; init; }
    public int PayloadLength { get; init; }
    public int RawLength { get; init; }
    public int Records { get; init; }
    public int Segment { get; init; }
    public int Frame { get; init; }
    public long ReceivedMicros { get; init; }
    public long MinEventMicros { get; init; }
    public long MaxEventMicros { get; init; }
    public long DurableBefore { get; init; }
    public int ClusterLength { get; init; }
    public int SourceLength { get; init; }
    public int PositionLength { get; init; }
    public ulong VariableCheck { get; init; }

    public long FrameLength => (long)HeaderLength + PayloadLength + TrailerLength;

    public int LengthsAt => FixedLength + ClusterLength + SourceLength + PositionLength;

    public int IdsAt => LengthsAt + 4 * Records;

    public static Span<byte> PreviousHash(Span<byte> header) => header.Slice(PreviousAt, HashLength);

    public static ReadOnlySpan<byte> PreviousHash(ReadOnlySpan<byte> header) => header.Slice(PreviousAt, HashLength);

    public static bool TryRead(ReadOnlySpan<byte> bytes, out FrameHeader header)
    {
        header = default;
        if (bytes.Length < FixedLength || !bytes.StartsWith(Magic) || bytes[4] != Version) return false;
        if (XxHash3.HashToUInt64(bytes[..FixedCheckAt]) != BinaryPrimitives.ReadUInt64LittleEndian(bytes[FixedCheckAt..])) return false;
        header = new FrameHeader
        {
            Kind = (RecordKind)bytes[5],
            Codec = bytes[6],
            HasIds = (bytes[7] & FlagIds) != 0,
            HeaderLength = Int(bytes, 8),
            PayloadLength = Int(bytes, 12),
            RawLength = Int(bytes, 16),
            Records = Int(bytes, 20),
            Segment = Int(bytes, 24),
            Frame = Int(bytes, 28),
            ReceivedMicros = Long(bytes, 32),
            MinEventMicros = Long(bytes, 40),
            MaxEventMicros = Long(bytes, 48),
            DurableBefore = Long(bytes, 56),
            ClusterLength = BinaryPrimitives.ReadUInt16LittleEndian(bytes[64..]),
            SourceLength = BinaryPrimitives.ReadUInt16LittleEndian(bytes[66..]),
            PositionLength = Int(bytes, 68),
            VariableCheck = BinaryPrimitives.ReadUInt64LittleEndian(bytes[VariableCheckAt..]),
        };
        return header.IsSane();
    }

    /// <summary>Everything but what the writer adds when it knows the frame's place.</summary>
    public void Write(Span<byte> bytes)
    {
        Magic.CopyTo(bytes);
        bytes[4] = Version;
        bytes[5] = (byte)Kind;
        bytes[6] = Codec;
        bytes[7] = HasIds ? FlagIds : (byte)0;
        BinaryPrimitives.WriteInt32LittleEndian(bytes[8..], HeaderLength);
        BinaryPrimitives.WriteInt32LittleEndian(bytes[12..], PayloadLength);
        BinaryPrimitives.WriteInt32LittleEndian(bytes[16..], RawLength);
        BinaryPrimitives.WriteInt32LittleEndian(bytes[20..], Records);
        BinaryPrimitives.WriteInt64LittleEndian(bytes[32..], ReceivedMicros);
        BinaryPrimitives.WriteInt64LittleEndian(bytes[40..], MinEventMicros);
        BinaryPrimitives.WriteInt64LittleEndian(bytes[48..], MaxEventMicros);
        BinaryPrimitives.WriteUInt16LittleEndian(bytes[64..], (ushort)ClusterLength);
        BinaryPrimitives.WriteUInt16LittleEndian(bytes[66..], (ushort)SourceLength);
        BinaryPrimitives.WriteInt32LittleEndian(bytes[68..], PositionLength);
        BinaryPrimitives.WriteUInt64LittleEndian(bytes[VariableCheckAt..], VariableCheck);
    }

    /// <summary>Adds the frame's place and the hash before it, and the check over the fixed part.</summary>
    public static void Place(Span<byte> bytes, int segment, int frame, long durableBefore, ReadOnlySpan<byte> previousHash)
    {
        BinaryPrimitives.WriteInt32LittleEndian(bytes[24..], segment);
        BinaryPrimitives.WriteInt32LittleEndian(bytes[28..], frame);
        BinaryPrimitives.WriteInt64LittleEndian(bytes[56..], durableBefore);
        previousHash.CopyTo(PreviousHash(bytes));
        BinaryPrimitives.WriteUInt64LittleEndian(bytes[FixedCheckAt..], XxHash3.HashToUInt64(bytes[..FixedCheckAt]));
    }

    static int Int(ReadOnlySpan<byte> bytes, int at) => BinaryPrimitives.ReadInt32LittleEndian(bytes[at..]);

    static long Long(ReadOnlySpan<byte> bytes, int at) => BinaryPrimitives.ReadInt64LittleEndian(bytes[at..]);

    bool IsSane() =>
        Codec <= CodecZstd && Records > 0 && RawLength >= 0 && PayloadLength >= 0 && PositionLength >= 0 && Segment >= 0 && Frame >= 0 && DurableBefore >= 0
        && HeaderLength == (long)FixedLength + ClusterLength + SourceLength + PositionLength + (HasIds ? 20L : 4L) * Records
        && (Codec == CodecZstd || PayloadLength == RawLength);
}
