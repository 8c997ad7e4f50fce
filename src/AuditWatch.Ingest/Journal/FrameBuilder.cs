using System.Buffers;
using System.Buffers.Binary;
using System.IO.Hashing;
using System.Runtime.InteropServices;
using System.Text;
using AuditWatch.Events;

namespace AuditWatch.Ingest.Journal;

/// <summary>Cuts a batch into frames and compresses them, on the thread of the caller, so that several callers compress at once.</summary>
internal static class FrameBuilder
{
    /// <summary>A frame closes before it would hold more than this, raw. A larger event gets a frame of its own.</summary>
    public const int TargetLength = 1 << 20;

    const int MaxRecords = 16_384;

    /// <summary>Builds the frames of the records named by <paramref name="kept"/> (indexes into the batch, in order).</summary>
    public static List<PendingFrame> Build(PendingAppend owner, JournalBatch batch, EventId[]? ids, ReadOnlySpan<int> kept, long received, CompressorPool compressors)
    {
        var frames = new List<PendingFrame>();
        var compressor = compressors.Rent();
        try
        {
            var begin = 0;
            while (begin < kept.Length)
            {
                var raw = batch.Records[kept[begin]].Length;
                var end = begin + 1;
                while (end < kept.Length && end - begin < MaxRecords && raw + (long)batch.Records[kept[end]].Length <= TargetLength) raw += batch.Records[kept[end++]].Length;
                frames.Add(One(owner, batch, ids, kept[begin..end], raw, received, compressor));
                begin = end;
            }
            return frames;
        }
        catch
        {
            foreach (var frame in frames) frame.Release();
            throw;
        }
        finally
        {
            compressors.Return(compressor);
        }
    }

    static PendingFrame One(PendingAppend owner, JournalBatch batch, EventId[]? ids, ReadOnlySpan<int> kept, int rawLength, long received, FrameCompressor compressor)
    {
        var raw = Gather(batch, kept, rawLength, compressor);
        var isPacked = compressor.TryCompress(raw, out var payload);
        if (!isPacked) payload = raw;
        var cluster = Encoding.UTF8.GetByteCount(batch.Cluster);
        var source = Encoding.UTF8.GetByteCount(batch.Source);
        var place = PlaceText.Join(batch.SourcePosition, batch.ApiServer);
        var position = Encoding.UTF8.GetByteCount(place);
        var (min, max) = TimeRange(batch.EventTimes, kept);
        var header = new FrameHeader
        {
            Kind = batch.Kind,
            Codec = isPacked ? FrameHeader.CodecZstd : FrameHeader.CodecRaw,
            HasIds = ids is not null,
            HeaderLength = FrameHeader.FixedLength + cluster + source + position + (ids is null ? 4 : 20) * kept.Length,
            PayloadLength = payload.Length,
            RawLength = rawLength,
            Records = kept.Length,
            ReceivedMicros = received,
            MinEventMicros = min,
            MaxEventMicros = max,
            ClusterLength = cluster,
            SourceLength = source,
            PositionLength = position,
        };
        var buffer = ArrayPool<byte>.Shared.Rent(checked((int)header.FrameLength));
        var at = FrameHeader.FixedLength;
        at += Encoding.UTF8.GetBytes(batch.Cluster, buffer.AsSpan(at));
        at += Encoding.UTF8.GetBytes(batch.Source, buffer.AsSpan(at));
        at += Encoding.UTF8.GetBytes(place, buffer.AsSpan(at));
        foreach (var i in kept)
        {
            BinaryPrimitives.WriteInt32LittleEndian(buffer.AsSpan(at), batch.Records[i].Length);
            at += 4;
        }
        if (ids is not null)
        {
            foreach (var i in kept)
            {
                BinaryPrimitives.WriteUInt128BigEndian(buffer.AsSpan(at), ids[i].Value);
                at += 16;
            }
        }
        header = header with { VariableCheck = XxHash3.HashToUInt64(buffer.AsSpan(FrameHeader.FixedLength, at - FrameHeader.FixedLength)) };
        header.Write(buffer);
        payload.CopyTo(buffer.AsSpan(at));
        return new PendingFrame(owner, buffer, header);
    }

    static ReadOnlySpan<byte> Gather(JournalBatch batch, ReadOnlySpan<int> kept, int rawLength, FrameCompressor compressor)
    {
        if (TrySideBySide(batch, kept, rawLength, out var all)) return all;
        var raw = compressor.Raw(rawLength);
        var at = 0;
        foreach (var i in kept)
        {
            batch.Records[i].Span.CopyTo(raw[at..]);
            at += batch.Records[i].Length;
        }
        return raw;
    }

    // Records that lie in memory as they will lie in the frame need not be moved.
    static bool TrySideBySide(JournalBatch batch, ReadOnlySpan<int> kept, int rawLength, out ReadOnlySpan<byte> all)
    {
        var first = batch.Records[kept[0]];
        all = first.Span;
        if (kept.Length == 1) return true;
        if (!MemoryMarshal.TryGetArray(first, out var segment)) return false;
        var end = segment.Offset + segment.Count;
        foreach (var i in kept[1..])
        {
            if (!MemoryMarshal.TryGetArray(batch.Records[i], out var next) || next.Array != segment.Array || next.Offset != end) return false;
            end += next.Count;
        }
        all = segment.Array.AsSpan(segment.Offset, rawLength);
        return true;
    }

    static (long Min, long Max) TimeRange(IReadOnlyList<long>? times, ReadOnlySpan<int> kept)
    {
        long min = 0, max = 0;
        if (times is null) return (min, max);
        foreach (var i in kept)
        {
            var time = times[i];
            if (time == 0) continue;
            min = min == 0 ? time : Math.Min(min, time);
            max = max == 0 ? time : Math.Max(max, time);
        }
        return (min, max);
    }
}
