using AuditWatch.Events.Scanning;

namespace AuditWatch.Events.Envelopes;

/// <summary>
/// Takes one framed document apart into audit events: Event, EventList, arrays, and every known envelope, told by content. One instance serves one input and
/// one thread. A malformed item costs itself only; nothing is dropped without a word to the sink.
/// </summary>
public sealed partial class EventUnwrapper
{
    const int DeepestEnvelope = 4;

    readonly EventRanges _ranges = new();

    /// <summary>The scanned ranges of the event that <see cref="IUnwrapSink.OnEvent"/> is being given; valid during that call.</summary>
    public EventRanges Ranges => _ranges;

    /// <summary>Unwraps one document; <paramref name="line"/> is where it begins in its input (1 for a webhook body).</summary>
    public void Unwrap(ReadOnlyMemory<byte> utf8, long line, IUnwrapSink sink)
    {
        var context = new Context(EnvelopeShape.Event, 0, 0);
        UnwrapDocument(utf8, line, context, sink);
    }

    // What the envelopes around a document have said so far.
    readonly record struct Context(EnvelopeShape Shape, long TimeMicros, int Depth)
    {
        public bool IsEnveloped => Shape is not (EnvelopeShape.Event or EnvelopeShape.EventList);
    }

    void UnwrapDocument(ReadOnlyMemory<byte> utf8, long line, Context context, IUnwrapSink sink)
    {
        var json = utf8.Span;
        var start = JsonSpans.SkipSpace(json, 0);
        if (start == json.Length)
        {
            if (context.IsEnveloped) sink.OnBad(new BadRecord("not-an-audit-event", "The record is empty.", line, -1, utf8));
            return;
        }

        if (context.Depth > DeepestEnvelope)
        {
            sink.OnBad(new BadRecord("too-deep", "Envelopes are nested more than four deep.", line, -1, utf8));
            return;
        }

        if (json[start] == '[') UnwrapItems(utf8, start, line, context with { Depth = context.Depth + 1 }, sink);
        else if (TryFindItems(json, start, out var items)) UnwrapItems(utf8, items, line, context with { Depth = context.Depth + 1, Shape = context.IsEnveloped ? context.Shape : EnvelopeShape.EventList }, sink);
        else UnwrapOne(utf8, line, context, sink);
    }

    // An EventList names its kind within its first members; a large list must not be walked to learn that it is one.
    static bool TryFindItems(ReadOnlySpan<byte> json, int start, out int items)
    {
        items = 0;
        if (json[start] != '{') return false;
        var members = new JsonMembers(json, start);
        for (var isList = false; members.NextKey();)
        {
            if (members.Key.SequenceEqual("items"u8) && members.Start < json.Length && json[members.Start] == '[')
            {
                items = members.Start;
                return isList || IsListOfEvents(json, members.Start);
            }

            if (members.Key.SequenceEqual("auditID"u8)) return false;
            members.SkipValue();
            if (!members.IsComplete) return false;
            isList |= members.Key.SequenceEqual("kind"u8) && members.Value.SequenceEqual("\"EventList\""u8);
        }

        return false;
    }

    // Without its kind in front (members in another order), a list is known by its first item.
    static bool IsListOfEvents(ReadOnlySpan<byte> json, int array)
    {
        var first = JsonSpans.SkipSpace(json, array + 1);
        return first < json.Length && (json[first] == ']' || JsonMembers.TryFind(json, first, "auditID"u8, out _, out _));
    }

    void UnwrapItems(ReadOnlyMemory<byte> utf8, int array, long line, Context context, IUnwrapSink sink)
    {
        var json = utf8.Span;
        var counted = 0;
        for (var at = JsonSpans.SkipSpace(json, array + 1); at < json.Length && json[at] != ']'; at = JsonSpans.SkipSpace(json, at))
        {
            if (json[at] == ',')
            {
                at++;
                continue;
            }

            line += json[counted..at].Count((byte)'\n');
            counted = at;
            var end = JsonSpans.EndOfValue(json, at, out _);
            if (end == at) end = at + 1;
            UnwrapDocument(utf8[at..end], line, context, sink);
            at = end;
        }
    }

    void UnwrapOne(ReadOnlyMemory<byte> utf8, long line, Context context, IUnwrapSink sink)
    {
        if (!EventScanner.TryScan(utf8.Span, _ranges, out var error))
        {
            sink.OnBad(new BadRecord("malformed-json", $"The record is not valid JSON: {error.Fault} at byte {error.Offset}.", line, error.Offset, utf8));
            return;
        }

        if (_ranges.Has(HotField.AuditId) && _ranges.Has(HotField.Stage))
        {
            sink.OnEvent(utf8, new EventOrigin(line, context.TimeMicros, context.Shape, IsCut: false));
            return;
        }

        sink.OnBad(new BadRecord("not-an-audit-event", "The record has no auditID or no stage, and is no envelope that we know.", line, -1, utf8));
    }
}
