using System.Buffers.Binary;
using System.IO.Hashing;
using System.Security.Cryptography;
using Microsoft.Win32.SafeHandles;

namespace AuditWatch.Ingest.Journal;

/// <summary>What lies at a reader's offset.</summary>
internal enum FrameState
{
    /// <summary>A frame whose checksums hold.</summary>
    Valid,
    /// <summary>Nothing: the segment ends here.</summary>
    End,
    /// <summary>The beginning of a frame that the file (or the durable part of it) does not hold whole.</summary>
    Incomplete,
    /// <summary>Bytes that are no frame.</summary>
    Damaged,
}

/// <summary>Walks the frames of one segment file. Checks checksums; the chain is its caller's matter. Buffers are reused from frame to frame.</summary>
internal sealed class SegmentReader : IDisposable
{
    readonly SafeFileHandle _file;
    byte[] _buffer = new byte[64 * 1024];

    public SegmentReader(string path, int number)
    {
        _file = File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        Number = number;
    }

    public int Number { get; }

    /// <summary>Bytes read from the file so far.</summary>
    public long BytesRead { get; private set; }

    /// <summary>Where the next frame begins.</summary>
    public long Offset { get; set; }

    /// <summary>Where the frame read last begins.</summary>
    public long FrameOffset { get; private set; }

    public long FileLength => RandomAccess.GetLength(_file);

    public FrameHeader Header { get; private set; }

    /// <summary>The header of the frame read last: fixed and variable part.</summary>
    public ReadOnlySpan<byte> HeaderBytes => _buffer.AsSpan(0, Header.HeaderLength);

    public ReadOnlySpan<byte> Payload => _buffer.AsSpan(Header.HeaderLength, Header.PayloadLength);

    /// <summary>SHA-256 over header and payload, which the next frame must name.</summary>
    public void Hash(Span<byte> hash) => SHA256.HashData(_buffer.AsSpan(0, Header.HeaderLength + Header.PayloadLength), hash);

    /// <summary>Reads a whole frame that ends at or before <paramref name="limit"/>. Moves on only when it is valid.</summary>
    public FrameState ReadFrame(long limit)
    {
        var state = ReadFixed(limit);
        if (state != FrameState.Valid) return state;
        var length = Header.FrameLength;
        if (length > Array.MaxLength) return FrameState.Damaged;
        if (Offset + length > limit) return FrameState.Incomplete;
        Fill(FrameHeader.FixedLength, (int)length);
        var body = (int)length - FrameHeader.TrailerLength;
        if (XxHash3.HashToUInt64(_buffer.AsSpan(0, body)) != BinaryPrimitives.ReadUInt64LittleEndian(_buffer.AsSpan(body))) return FrameState.Damaged;
        FrameOffset = Offset;
        Offset += length;
        return FrameState.Valid;
    }

    /// <summary>Reads a frame's header only, with its ids, and moves past the frame without having looked at its payload.</summary>
    public FrameState ReadHeader(long limit)
    {
        var state = ReadFixed(limit);
        if (state != FrameState.Valid) return state;
        if (Offset + Header.FrameLength > limit) return FrameState.Incomplete;
        Fill(FrameHeader.FixedLength, Header.HeaderLength);
        if (XxHash3.HashToUInt64(_buffer.AsSpan(FrameHeader.FixedLength, Header.HeaderLength - FrameHeader.FixedLength)) != Header.VariableCheck) return FrameState.Damaged;
        FrameOffset = Offset;
        Offset += Header.FrameLength;
        return FrameState.Valid;
    }

    /// <summary>Reads the fixed part only and moves past the frame: enough to know where frames lie.</summary>
    public FrameState Skip(long limit)
    {
        var state = ReadFixed(limit);
        if (state != FrameState.Valid) return state;
        if (Offset + Header.FrameLength > limit) return FrameState.Incomplete;
        FrameOffset = Offset;
        Offset += Header.FrameLength;
        return FrameState.Valid;
    }

    /// <summary>Looks for the next whole and valid frame after damage; true leaves <see cref="Offset"/> at its first byte.</summary>
    public bool TryResync(long limit)
    {
        var damaged = Offset;
        var window = new byte[256 * 1024];
        var from = damaged + 1;
        while (from < limit)
        {
            var read = RandomAccess.Read(_file, window.AsSpan(0, (int)Math.Min(window.Length, limit - from)), from);
            if (read < FrameHeader.Magic.Length) break;
            for (var at = 0; at < read;)
            {
                var next = window.AsSpan(at, read - at).IndexOf(FrameHeader.Magic);
                if (next < 0) break;
                Offset = from + at + next;
                if (ReadFrame(limit) == FrameState.Valid)
                {
                    Offset = FrameOffset;
                    return true;
                }
                at += next + 1;
            }
            from += Math.Max(1, read - FrameHeader.Magic.Length + 1);
        }
        Offset = damaged;
        return false;
    }

    /// <summary>Whether a disk sector between two places (or the part of it that lies there) holds only zero bytes: set aside by the file system and never filled.</summary>
    public bool HasEmptySector(long from, long to)
    {
        const int sector = 512, least = 64;
        var window = new byte[sector];
        while (from < to)
        {
            var length = (int)Math.Min(to - from, sector - from % sector);
            var read = RandomAccess.Read(_file, window.AsSpan(0, length), from);
            if (read == 0) return false;
            if (read >= least && !window.AsSpan(0, read).ContainsAnyExcept((byte)0)) return true;
            from += read;
        }
        return false;
    }

    public void Dispose() => _file.Dispose();

    FrameState ReadFixed(long limit)
    {
        if (Offset >= limit) return FrameState.End;
        var want = (int)Math.Min(FrameHeader.FixedLength, limit - Offset);
        Fill(0, want);
        var magic = Math.Min(want, FrameHeader.Magic.Length);
        if (!_buffer.AsSpan(0, magic).SequenceEqual(FrameHeader.Magic[..magic])) return FrameState.Damaged;
        if (want < FrameHeader.FixedLength) return FrameState.Incomplete;
        if (!FrameHeader.TryRead(_buffer.AsSpan(0, want), out var header) || header.Segment != Number) return FrameState.Damaged;
        Header = header;
        return FrameState.Valid;
    }

    void Fill(int from, int to)
    {
        if (_buffer.Length < to) Array.Resize(ref _buffer, (int)Math.Min(Array.MaxLength, Math.Max(to, _buffer.Length * 2L)));
        for (var at = from; at < to;)
        {
            var read = RandomAccess.Read(_file, _buffer.AsSpan(at, to - at), Offset + at);
            // The file became shorter under us (a writer cut a failed write off): what is missing reads as zero, which no checksum accepts.
            if (read == 0)
            {
                _buffer.AsSpan(at, to - at).Clear();
                return;
            }
            at += read;
            BytesRead += read;
        }
    }
}
