using AuditWatch.Events.Scanning;

namespace AuditWatch.Events.Envelopes;

/// <summary>
/// Takes one framed document apart into audit events: Event, EventList, arrays, and every known envelope, told by content. One instance serves one input and
/// one thread. A malformed item costs itself only; nothing is dropped without a word to the sink.
/// </summary>
public sealed partial class EventUnwrapper
{
    const int DeepestEnvelope = 4;

    // Every time balance is lost the rest of the document is walked once; a document full of such items is given up.
    const int MostLost = 64;

    readonly EventRanges _ranges = new();
    readonly List<(int Start, int Length)>[] _items = [.. Enumerable.Range(0, DeepestEnvelope + 4).Select(_ => new List<(int, int)>())];
    long _bad;

    /// <summary>The scanned ranges of the event that <see cref="IUnwrapSink.OnEvent"/> is being given; valid during that call.</summary>
    public EventRanges Ranges => _ranges;

    /// <summary>Unwraps one document; <paramref name="line"/> is where it begins in its input (1 for a webhook body).</summary>
    public void Unwrap(ReadOnlyMemory<byte> utf8, long line, IUnwrapSink sink)
    {
        if (!KeepsPackedBack) BeginInput();
        UnwrapDocument(utf8, new Context(EnvelopeShape.Event, line, 0, 0), sink);
    }

    // What the envelopes around a document have said so far.
    readonly record struct Context(EnvelopeShape Shape, long Line, long TimeMicros, int Depth, string? ApiServer = null)
    {
        public bool IsEnveloped => Shape is not (EnvelopeShape.Event or EnvelopeShape.EventList);

        public Context InList() => this with { Shape = IsEnveloped ? Shape : EnvelopeShape.EventList, Depth = Depth + 1 };

        public Context In(EnvelopeShape shape, long timeMicros) => this with { Shape = shape, TimeMicros = timeMicros != 0 ? timeMicros : TimeMicros, Depth = Depth + 1 };
    }

    void UnwrapDocument(ReadOnlyMemory<byte> utf8, Context context, IUnwrapSink sink)
    {
        var json = utf8.Span;
        var start = JsonSpans.SkipSpace(json, 0);
        if (start == json.Length)
        {
            if (context.IsEnveloped) Bad("not-an-audit-event", "The record is empty.", utf8, context, sink);
        }
        else if (context.Depth > DeepestEnvelope) Bad("too-deep", "Envelopes are nested more than four deep.", utf8, context, sink);
        else if (json[start] == '[') UnwrapArray(utf8, start, context with { Depth = context.Depth + 1 }, sink);
        else if (json[start] != '{') UnwrapText(utf8[start..], context, sink);
        else if (!json[start..].StartsWith("{\"kind\":\"Event\","u8) && IsEventList(json, start)) UnwrapList(utf8, context.InList(), sink);
        else if (!TryRecords(utf8, start, context, sink)) UnwrapObject(utf8, start, context, sink);
    }

    // An EventList names its kind within its first members; a large list must not be walked to learn that it is one.
    static bool IsEventList(ReadOnlySpan<byte> json, int start)
    {
        var members = new JsonMembers(json, start);
        for (var isList = false; members.NextKey(); isList |= members.Key.SequenceEqual("kind"u8) && members.Value.SequenceEqual("\"EventList\""u8))
        {
            if (members.Key.SequenceEqual("items"u8) && json[members.Start] == '[') return isList || IsArrayOfEvents(json, members.Start);
            if (members.Key.SequenceEqual("auditID"u8)) return false;
            members.SkipValue();
            if (!members.IsComplete) return false;
        }

        return false;
    }

    // With its members in another order, a list is known by its first item.
    static bool IsArrayOfEvents(ReadOnlySpan<byte> json, int array)
    {
        var first = JsonSpans.SkipSpace(json, array + 1);
        return first < json.Length && JsonMembers.TryFind(json, first, "auditID"u8, out _, out _);
    }

    void UnwrapList(ReadOnlyMemory<byte> utf8, Context context, IUnwrapSink sink)
    {
        var json = utf8.Span;
        var items = _items[context.Depth];
        var isWhole = ItemSplitter.TrySplit(json, "items"u8, items, out var error);
        var counted = 0;
        foreach (var (at, length) in items)
        {
            context = context with { Line = context.Line + json[counted..at].Count((byte)'\n') };
            counted = at;
            if (HidesAnother(json, at, at + length)) UnwrapBroken(utf8[..(at + length)], at, at, context, sink);
            else UnwrapItem(utf8.Slice(at, length), context, sink);
        }

        if (isWhole) return;
        // The list is broken behind these items: the rest is taken item by item, as far as items can be told apart.
        var bad = _bad;
        var from = items.Count > 0 ? items[^1].Start + items[^1].Length : FindArray(json);
        var end = from < 0 ? 0 : UnwrapBroken(utf8, counted, from, context, sink);
        if (bad == _bad) Bad("malformed-json", $"The list is not valid JSON: {error.Fault} at byte {error.Offset}.", utf8[end..], context, sink, Math.Max(0, error.Offset - end));
    }

    static int FindArray(ReadOnlySpan<byte> json) =>
        JsonMembers.TryFindStart(json, JsonSpans.SkipSpace(json, 0), "items"u8, out var start) && json[start] == '[' ? start + 1 : -1;

    void UnwrapArray(ReadOnlyMemory<byte> utf8, int array, Context context, IUnwrapSink sink)
    {
        var bad = _bad;
        var end = UnwrapBroken(utf8, 0, array + 1, context, sink);
        if (end < utf8.Length || bad != _bad) return;
        Bad("malformed-json", $"The array is not valid JSON: {ScanFault.UnexpectedEnd} at byte {end}.", utf8[array..], context, sink, end - array);
    }

    // Items told apart by balance. Where balance fails (a quote is missing), the next thing that begins like the item before it.
    int UnwrapBroken(ReadOnlyMemory<byte> utf8, int counted, int from, Context context, IUnwrapSink sink)
    {
        var json = utf8.Span;
        var at = JsonSpans.SkipSpace(json, from);
        var lost = 0;
        for (; at < json.Length && json[at] != ']'; at = JsonSpans.SkipSpace(json, at))
        {
            if (json[at] == ',')
            {
                at++;
                continue;
            }

            context = context with { Line = context.Line + json[counted..at].Count((byte)'\n') };
            counted = at;
            var end = JsonSpans.EndOfValue(json, at, out var complete);
            if (!complete || !IsItemEnd(json, end)) end = ++lost > MostLost ? json.Length : NextItem(json, at, json.Length, end);
            else if (HidesAnother(json, at, end)) end = NextItem(json, at, end, end);
            if (end == at) end = at + 1;
            UnwrapItem(utf8[at..end], context, sink);
            at = end;
        }

        return at;
    }

    // Two items with an odd quote each look like one: what does not scan ends where the next one seems to begin.
    bool HidesAnother(ReadOnlySpan<byte> json, int at, int end) => NextItem(json, at, end, end) < end && !EventScanner.TryScan(json[at..end], _ranges, out _);

    static bool IsItemEnd(ReadOnlySpan<byte> json, int end)
    {
        var next = JsonSpans.SkipSpace(json, end);
        return next < json.Length && json[next] is (byte)',' or (byte)']';
    }

    static int NextItem(ReadOnlySpan<byte> json, int at, int limit, int otherwise)
    {
        json = json[..limit];
        var colon = json[at..].IndexOf((byte)':');
        if (json[at] != '{' || colon is < 0 or > 64) return otherwise;
        var beginning = json.Slice(at, colon + 1);
        for (var from = at + colon + 1; json[from..].IndexOf(beginning) is var next and >= 0; from += next + 1)
        {
            var comma = json[..(from + next)].LastIndexOfAnyExcept(" \n\r\t"u8);
            if (json[comma] == ',') return comma;
        }

        return otherwise;
    }

    void UnwrapItem(ReadOnlyMemory<byte> utf8, Context context, IUnwrapSink sink)
    {
        var scans = EventScanner.TryScan(utf8.Span, _ranges, out _);
        if (scans && IsEvent) Deliver(utf8, context, isCut: false, sink);
        else if (scans && context.Shape == EnvelopeShape.Aks && TryAksRecord(utf8, context, sink)) return;
        else UnwrapDocument(utf8, context, sink);
    }

    bool IsEvent => _ranges.Has(HotField.AuditId) && _ranges.IsString(HotField.AuditId) && _ranges.Has(HotField.Stage) && _ranges.IsString(HotField.Stage);

    void UnwrapObject(ReadOnlyMemory<byte> utf8, int start, Context context, IUnwrapSink sink)
    {
        var scans = EventScanner.TryScan(utf8.Span, _ranges, out var error);
        if (scans && IsEvent) Deliver(utf8, context, isCut: false, sink);
        else if (TryEnvelope(utf8, start, scans, context, sink)) return;
        else if (scans) Bad("not-an-audit-event", "The record has no auditID or no stage, and is no envelope that we know.", utf8, context, sink);
        else if (!TrySalvage(utf8, error, context, sink))
            Bad("malformed-json", $"The record is not valid JSON: {error.Fault} at byte {error.Offset}.", utf8, context, sink, error.Offset);
    }

    static void Deliver(ReadOnlyMemory<byte> utf8, Context context, bool isCut, IUnwrapSink sink) =>
        sink.OnEvent(utf8, new EventOrigin(context.Line, context.TimeMicros, context.Shape, isCut, context.ApiServer));

    void Bad(string reason, string detail, ReadOnlyMemory<byte> utf8, Context context, IUnwrapSink sink, long offset = -1)
    {
        _bad++;
        sink.OnBad(new BadRecord(reason, detail, context.Line, offset, utf8));
    }
}
