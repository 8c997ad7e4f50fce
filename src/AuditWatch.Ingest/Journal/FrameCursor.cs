using AuditWatch.Events;

namespace AuditWatch.Ingest.Journal;

/// <summary>
/// Reads frames in order across segments, each with its checksum and its place in the hash chain checked. Damage is reported and skipped, since one bad frame
/// must not hide the thousands behind it.
/// </summary>
internal sealed class FrameCursor(string directory, EventPosition after, Action<JournalDamage> onDamage, SegmentOffsets? offsets = null) : IDisposable
{
    readonly FrameDecoder _decoder = new();
    readonly byte[] _hash = new byte[FrameHeader.HashLength];
    SegmentReader? _segment;
    bool _hasHash, _isTailReported;

    /// <summary>The segment being read and where its next frame begins.</summary>
    public (int Segment, long Offset) Place => (_segment?.Number ?? -1, _segment?.Offset ?? 0);

    /// <summary>The file offset of the frame read last.</summary>
    public long FrameOffset => _segment?.FrameOffset ?? 0;

    /// <summary>Bytes of an incomplete frame at the journal's end: being written, or torn.</summary>
    public long TailBytes { get; private set; }

    public FrameHeader Header => _segment!.Header;

    /// <summary>The next frame, or null at the end: at <paramref name="end"/>, or (another process) at the end of the files.</summary>
    public JournalFrame? Next(DurableEnd? end)
    {
        while (true)
        {
            if (_segment is null && !OpenNext(end)) return null;
            var limit = LimitOf(_segment!, end);
            var state = _segment!.ReadFrame(limit);
            if (state == FrameState.Valid)
            {
                if (Take() is { } frame) return frame;
                continue;
            }
            // Frames may have been added between the last look and the next segment's creation; so look again once the next one is known to exist.
            var isLast = end is not null ? _segment.Number >= end.Segment : NextNumber(_segment.Number) < 0;
            if (!isLast)
            {
                limit = _segment.FileLength;
                state = _segment.ReadFrame(limit);
                if (state == FrameState.Valid)
                {
                    if (Take() is { } frame) return frame;
                    continue;
                }
            }
            if (state != FrameState.End && TrySkipDamage(state, limit, isLast && end is null)) continue;
            if (isLast)
            {
                TailBytes = state == FrameState.Incomplete ? limit - _segment.Offset : 0;
                return null;
            }
            if (!OpenNext(end)) return null;
        }
    }

    public void Dispose()
    {
        _segment?.Dispose();
        _decoder.Dispose();
    }

    JournalFrame? Take()
    {
        var segment = _segment!;
        var header = segment.Header;
        if (_hasHash && !FrameHeader.PreviousHash(segment.HeaderBytes).SequenceEqual(_hash))
            onDamage(new JournalDamage(segment.Number, segment.FrameOffset, 0, $"frame {header.Frame} does not continue the hash chain of the frame before it."));
        segment.Hash(_hash);
        _hasHash = true;
        if (new EventPosition(header.Segment, header.Frame, header.Records - 1) <= after) return null;
        var first = header.Segment == after.Segment && header.Frame == after.Frame ? after.Index + 1 : 0;
        if (_decoder.TryDecode(segment, first, out var frame, out var problem)) return frame;
        onDamage(new JournalDamage(segment.Number, segment.FrameOffset, header.FrameLength, $"frame {header.Frame}: {problem}."));
        return null;
    }

    bool TrySkipDamage(FrameState state, long limit, bool mayBeTail)
    {
        var segment = _segment!;
        var from = segment.Offset;
        if (segment.TryResync(limit))
        {
            onDamage(new JournalDamage(segment.Number, from, segment.Offset - from, $"{segment.Offset - from} bytes are no valid frame; reading goes on behind them."));
            _hasHash = false;
            return true;
        }
        if (mayBeTail && (state == FrameState.Incomplete || segment.HasEmptySector(from, limit))) return false;
        if (!_isTailReported) onDamage(new JournalDamage(segment.Number, from, limit - from, $"{limit - from} bytes at the segment's end are no valid frame."));
        _isTailReported = true;
        _hasHash = false;
        return false;
    }

    static long LimitOf(SegmentReader segment, DurableEnd? end) =>
        end is not null && segment.Number == end.Segment ? end.Offset : end is not null && segment.Number > end.Segment ? 0 : segment.FileLength;

    int NextNumber(int number)
    {
        if (File.Exists(SegmentNames.Segment(directory, number + 1))) return number + 1;
        foreach (var other in SegmentNames.List(directory)) if (other > number) return other;
        return -1;
    }

    bool OpenNext(DurableEnd? end)
    {
        var current = _segment?.Number;
        var number = current is { } n ? NextNumber(n) : First();
        if (number < 0 || (end is not null && number > end.Segment)) return false;
        if (current is { } before && number != before + 1)
        {
            onDamage(new JournalDamage(before + 1, 0, 0, $"segments {before + 1} to {number - 1} are missing."));
            _hasHash = false;
        }
        SegmentReader next;
        try
        {
            next = new SegmentReader(SegmentNames.Segment(directory, number), number);
        }
        catch (FileNotFoundException)
        {
            // Retention was faster.
            return current is null && number != First() && OpenNext(end);
        }
        _segment?.Dispose();
        _segment = next;
        _isTailReported = false;
        if (current is null && number == after.Segment && after.Frame > 0 && offsets is not null) _segment.Offset = offsets.Find(number, after.Frame);
        return true;
    }

    int First()
    {
        foreach (var number in SegmentNames.List(directory)) if (number >= after.Segment) return number;
        return -1;
    }
}
