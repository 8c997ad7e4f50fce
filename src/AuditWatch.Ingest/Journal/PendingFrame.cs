using System.Buffers;
using System.Buffers.Binary;
using System.IO.Hashing;
using System.Security.Cryptography;
using AuditWatch.Events;

namespace AuditWatch.Ingest.Journal;

/// <summary>A frame that is compressed and waits for its place in the journal.</summary>
internal sealed class PendingFrame(PendingAppend owner, byte[] buffer, FrameHeader header)
{
    byte[]? _buffer = buffer;

    public PendingAppend Owner { get; } = owner;

    public FrameHeader Header { get; } = header;

    public int Length => (int)Header.FrameLength;

    public ReadOnlySpan<byte> Bytes => _buffer.AsSpan(0, Length);

    /// <summary>Writes place, chain and checks into the frame, and the frame's own hash into <paramref name="hash"/> (which holds the one before).</summary>
    public void Seal(int segment, int frame, long durableBefore, Span<byte> hash)
    {
        var bytes = _buffer.AsSpan(0, Length);
        FrameHeader.Place(bytes, segment, frame, durableBefore, hash);
        var body = bytes[..^FrameHeader.TrailerLength];
        BinaryPrimitives.WriteUInt64LittleEndian(bytes[body.Length..], XxHash3.HashToUInt64(body));
        SHA256.HashData(body, hash);
    }

    /// <summary>The ids its header carries.</summary>
    public void ForEachId(Action<EventId> action)
    {
        if (!Header.HasIds) return;
        for (var i = 0; i < Header.Records; i++) action(new EventId(BinaryPrimitives.ReadUInt128BigEndian(Bytes[(Header.IdsAt + 16 * i)..])));
    }

    public void Release()
    {
        if (_buffer is { } buffer) ArrayPool<byte>.Shared.Return(buffer);
        _buffer = null;
    }
}
