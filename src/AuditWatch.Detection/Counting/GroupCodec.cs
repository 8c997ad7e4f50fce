using System.Buffers.Binary;
using System.Text;
using AuditWatch.Detection.Alerts;
using AuditWatch.Detection.EventLayer;
using AuditWatch.Events.Model;

namespace AuditWatch.Detection.Counting;

/// <summary>
/// A group as one array of bytes, for the many that are far from their bounds: what it says is exactly what the group says, and requests can be added to it as it is.
/// Behind the numbers of its head: the values it is grouped by, the requests in the window, those beside it.
/// </summary>
sealed class GroupCodec : PackedBytes
{
    const int OverAt = 0, UnfinishedAt = 8, OldestAt = 16, InWindowAt = 24, BesideAt = 28, LengthAt = 32, RequestsAt = 36, HeadLength = 40;

    readonly List<string> _files = [];
    readonly Dictionary<string, int> _fileNumbers = new(StringComparer.Ordinal);
    byte[] _event = [];
    int _eventLength, _hash;
    EvidenceMark[]? _eventOf;

    /// <summary>The newest request in it that can be counted once more only while its window is open.</summary>
    public static long NewestOver(byte[] packed) => Long(packed, OverAt);

    /// <summary>The newest request in it whose end was not seen.</summary>
    public static long NewestUnfinished(byte[] packed) => Long(packed, UnfinishedAt);

    /// <summary>How many requests it holds.</summary>
    public static int Requests(byte[] packed) => Int(packed, InWindowAt) + Int(packed, BesideAt);

    public static long[] Sequences(byte[] packed)
    {
        var sequences = new long[Requests(packed)];
        for (int i = 0, at = Int(packed, RequestsAt); i < sequences.Length; at += Int(packed, at)) sequences[i++] = Long(packed, at + 4);
        return sequences;
    }

    public static bool IsOf(byte[] packed, IReadOnlyList<string> values)
    {
        var at = HeadLength;
        foreach (var value in values)
        {
            if (packed[at] == Utf8Text)
            {
                var (length, from) = Number(packed, at + 1);
                var text = packed.AsSpan(from, (int)length);
                at = from + (int)length;
                if (!System.Text.Ascii.Equals(text, value) && (System.Text.Ascii.IsValid(text) || Encoding.UTF8.GetString(text) != value)) return false;
                continue;
            }

            (var other, at) = Text(packed, at);
            if (other != value) return false;
        }

        return true;
    }

    /// <summary>Whether a request is the newest of the group, certainly none of those in it, and no window has closed since: it can be added to the bytes.</summary>
    public static bool CanAdd(byte[] packed, CountedRequest request, long opened, int mostBytes)
    {
        if (Int(packed, LengthAt) > mostBytes || Int(packed, BesideAt) > 0 || Long(packed, OldestAt) <= opened) return false;
        if (request.AtMicros < Math.Max(NewestOver(packed), NewestUnfinished(packed))) return false;
        var (hash, at) = (HashOf(request), Int(packed, RequestsAt));
        for (var i = Int(packed, InWindowAt); i > 0; i--, at += Int(packed, at))
            if (Int(packed, at + 12) == hash) return false;
        return true;
    }

    /// <summary>The group with one request more; the same array where there is room in it.</summary>
    public byte[] Add(byte[] packed, CountedRequest request)
    {
        Length = 0;
        Put(request);
        var used = Int(packed, LengthAt);
        if (used + Length > packed.Length) Array.Resize(ref packed, (used + Length) * 5 / 4);
        Buffer.AsSpan(0, Length).CopyTo(packed.AsSpan(used));
        Write(packed, LengthAt, used + Length);
        Write(packed, InWindowAt, Int(packed, InWindowAt) + 1);
        BinaryPrimitives.WriteInt64LittleEndian(packed.AsSpan(request.IsOver ? OverAt : UnfinishedAt), request.AtMicros);
        return packed;
    }

    /// <summary>A group of one request.</summary>
    public byte[] Pack(IReadOnlyList<string> values, CountedRequest request) =>
        Pack(values, [request], [], request.IsOver ? request.AtMicros : long.MinValue, request.IsOver ? long.MinValue : request.AtMicros);

    public byte[] Pack(CountedGroup group) => Pack(group.Values, group.InWindow, group.Unfinished, group.NewestOver, group.NewestUnfinished);

    byte[] Pack(IReadOnlyList<string> values, ReadOnlySpan<CountedRequest> window, ReadOnlySpan<CountedRequest> unfinished, long newestOver, long newestUnfinished)
    {
        Length = 0;
        Room(HeadLength);
        foreach (var value in values) PutText(value);
        Write(Buffer, RequestsAt, Length);
        foreach (var request in window) Put(request);
        foreach (var request in unfinished) Put(request);
        var packed = Buffer.AsSpan(0, Length).ToArray();
        BinaryPrimitives.WriteInt64LittleEndian(packed.AsSpan(OverAt), newestOver);
        BinaryPrimitives.WriteInt64LittleEndian(packed.AsSpan(UnfinishedAt), newestUnfinished);
        BinaryPrimitives.WriteInt64LittleEndian(packed.AsSpan(OldestAt), window is [var oldest, ..] ? oldest.AtMicros : long.MinValue);
        Write(packed, InWindowAt, window.Length);
        Write(packed, BesideAt, unfinished.Length);
        Write(packed, LengthAt, Length);
        return packed;
    }

    public CountedGroup Unpack(CorrelationRule rule, byte[] packed)
    {
        var (window, all, at) = (Int(packed, InWindowAt), Requests(packed), HeadLength);
        var values = new string[rule.Source.GroupBy.Count];
        for (var i = 0; i < values.Length; i++)
        {
            (var value, at) = Text(packed, at);
            values[i] = value!;
        }

        var group = new CountedGroup(rule, values);
        for (var i = 0; i < all; i++)
        {
            var request = Request(packed, at, rule.Metrics.Count);
            at += Int(packed, at);
            if (i < window) group.Add(request);
            else group.AddUnfinished(request);
        }

        return group;
    }

    // Only to tell requests apart within this process; equal hashes are looked at more closely.
    static int HashOf(CountedRequest request) => HashCode.Combine(request.Request.AuditId.GetHashCode(StringComparison.Ordinal), request.Request.ReceivedMicros);

    void Put(CountedRequest request)
    {
        var start = Length;
        Room(4);
        Put(request.Sequence);
        // What is of the event is the same for all correlations.
        var isSame = _eventOf == request.Marks;
        if (!isSame) _hash = HashOf(request);
        BinaryPrimitives.WriteInt32LittleEndian(Room(4), _hash);
        PutText(request.Value);
        if (request.Measured is { } measured)
        {
            foreach (var value in measured) PutText(value);
            Put((long)request.Members);
        }

        if (isSame) _event.AsSpan(0, _eventLength).CopyTo(Room(_eventLength));
        else
        {
            var from = Length;
            PutEvent(request);
            _eventLength = Length - from;
            if (_event.Length < _eventLength) _event = new byte[_eventLength];
            Buffer.AsSpan(from, _eventLength).CopyTo(_event);
            _eventOf = request.Marks;
        }

        Write(Buffer, start, Length - start);
    }

    void PutEvent(CountedRequest request)
    {
        PutText(request.Request.AuditId);
        Put(request.Request.ReceivedMicros);
        Put(request.AtMicros);
        PutNumber((ulong)request.Marks.Length);
        foreach (var mark in request.Marks)
        {
            Room(1)[0] = (byte)mark.Key.Stage;
            Put(mark.Key.TimeMicros);
            PutText(mark.Key.AuditId == request.Request.AuditId ? null : mark.Key.AuditId);
            PutText(mark.Key.EventId);
            PutText(mark.Identity == mark.Key.EventId ? null : mark.Identity);
            PutNumber((uint)mark.Position.Segment);
            PutNumber((uint)mark.Position.Frame);
            PutNumber((uint)mark.Position.Index);
            PutNumber(mark.Position.File is { } file ? (ulong)FileNumber(file) + 1 : 0);
            PutNumber((ulong)mark.Position.Line);
        }
    }

    CountedRequest Request(byte[] packed, int at, int metrics)
    {
        var sequence = Long(packed, at + 4);
        (var value, at) = Text(packed, at + 16);
        string?[]? measured = null;
        ulong members = 0;
        if (metrics > 0)
        {
            measured = new string?[metrics];
            for (var i = 0; i < metrics; i++) (measured[i], at) = Text(packed, at);
            members = (ulong)Long(packed, at);
            at += 8;
        }

        (var auditId, at) = Text(packed, at);
        var (received, micros) = (Long(packed, at), Long(packed, at + 8));
        (var count, at) = Number(packed, at + 16);
        var marks = new EvidenceMark[count];
        for (var i = 0; i < marks.Length; i++)
        {
            var (stage, time) = ((AuditStage)packed[at], Long(packed, at + 1));
            (var itsId, at) = Text(packed, at + 9);
            (var eventId, at) = Text(packed, at);
            (var identity, at) = Text(packed, at);
            (var segment, at) = Number(packed, at);
            (var frame, at) = Number(packed, at);
            (var index, at) = Number(packed, at);
            (var file, at) = Number(packed, at);
            (var line, at) = Number(packed, at);
            var place = new EvidencePosition((int)segment, (int)frame, (int)index, file == 0 ? null : _files[(int)file - 1], (long)line);
            marks[i] = new EvidenceMark(new SortKey(time, itsId ?? auditId!, stage, eventId!), identity ?? eventId!, place);
        }

        return new CountedRequest(new RequestKey(auditId!, received), micros, value, marks) { Sequence = sequence, Measured = measured, Members = members };
    }

    int FileNumber(string file)
    {
        if (_fileNumbers.TryGetValue(file, out var number)) return number;
        _fileNumbers[file] = number = _files.Count;
        _files.Add(file);
        return number;
    }
}
