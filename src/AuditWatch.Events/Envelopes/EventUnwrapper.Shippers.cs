using System.Buffers;
using System.Text.Json;
using AuditWatch.Events.Model;

namespace AuditWatch.Events.Envelopes;

// What log shippers wrap around a line: docker, CRI, Vector, Filebeat, Logstash, Fluent Bit.
public sealed partial class EventUnwrapper
{
    const int LargestJoined = 64 * 1024 * 1024;

    readonly ArrayBufferWriter<byte> _partial = new();
    long _partialLine;

    bool TryShipper(ReadOnlyMemory<byte> utf8, in Found found, Context context, IUnwrapSink sink)
    {
        var json = utf8.Span;
        var inside = context.In(context.IsEnveloped ? context.Shape : EnvelopeShape.Shipper, TimeOf(json, found.Time));
        // Filebeat's "log" is an object about the file, Logstash's "event" may hold the original: text comes first, then an event as an object.
        if (LooksLikeJson(json, found.Message)) UnwrapString(utf8, found.Message, inside, sink);
        else if (LooksLikeJson(json, found.Log)) UnwrapString(utf8, found.Log, inside, sink);
        else if (found.Event.Is(json, '{') && JsonMembers.TryFind(json, found.Event.Start, "original"u8, out var start, out var end) && LooksLikeJson(json, new Part(start, end)))
            UnwrapString(utf8, new Part(start, end), inside, sink);
        else if (IsEventObject(json, found.Message)) UnwrapDocument(utf8[found.Message.Start..found.Message.End], inside, sink);
        else if (IsEventObject(json, found.Log)) UnwrapDocument(utf8[found.Log.Start..found.Log.End], inside, sink);
        else return false;
        return true;
    }

    static bool LooksLikeJson(ReadOnlySpan<byte> json, Part part)
    {
        if (!part.Is(json, '"')) return false;
        var text = json[(part.Start + 1)..(part.End - 1)].TrimStart(" "u8);
        return text is [(byte)'{' or (byte)'[', ..];
    }

    static bool IsEventObject(ReadOnlySpan<byte> json, Part part) =>
        part.Is(json, '{') && (JsonMembers.TryFind(json, part.Start, "auditID"u8, out _, out _) || JsonMembers.TryFind(json, part.Start, "items"u8, out _, out _));

    // No JSON: a line of a container runtime (2019-01-07T02:22:46.865426429Z stdout F {…}), or nothing we know.
    void UnwrapText(ReadOnlyMemory<byte> utf8, Context context, IUnwrapSink sink)
    {
        var text = utf8.Span;
        if (!TryCriLine(text, out var timeMicros, out var isPartial, out var content))
        {
            if (context.IsEnveloped) Bad("not-an-audit-event", "The wrapped record is no JSON object.", utf8, context, sink);
            else if (IsScalar(text)) Bad("not-an-audit-event", "The record is no JSON object.", utf8, context, sink);
            else Bad("malformed-json", "The record is not JSON.", utf8, context, sink, 0);
            return;
        }

        if (!isPartial && _partial.WrittenCount == 0)
        {
            UnwrapDocument(utf8[content..], context.In(EnvelopeShape.Shipper, timeMicros), sink);
            return;
        }

        if (_partial.WrittenCount == 0) _partialLine = context.Line;
        if (_partial.WrittenCount + text.Length > LargestJoined)
        {
            _partial.ResetWrittenCount();
            Bad("too-large", $"A line in parts is longer than {LargestJoined >> 20} MiB.", utf8, context, sink);
            return;
        }

        _partial.Write(text[content..]);
        if (isPartial) return;
        var joined = _partial.WrittenSpan.ToArray();
        _partial.ResetWrittenCount();
        UnwrapDocument(joined, context.In(EnvelopeShape.Shipper, timeMicros) with { Line = _partialLine }, sink);
    }

    static bool IsScalar(ReadOnlySpan<byte> text)
    {
        try
        {
            var reader = new Utf8JsonReader(text);
            return reader.Read() && !reader.Read();
        }
        catch (JsonException)
        {
            return false;
        }
    }

    /// <summary>Says that the input has ended: a line whose last part never came is reported.</summary>
    public void Complete(IUnwrapSink sink)
    {
        if (_partial.WrittenCount == 0) return;
        var rest = _partial.WrittenSpan.ToArray();
        _partial.ResetWrittenCount();
        sink.OnBad(new BadRecord("malformed-json", "The last part of a line in parts never came.", _partialLine, rest.Length, rest));
    }

    static bool TryCriLine(ReadOnlySpan<byte> text, out long timeMicros, out bool isPartial, out int content)
    {
        (timeMicros, isPartial, content) = (0, false, 0);
        var space = text.IndexOf((byte)' ');
        if (space is < 20 or > 40 || !Rfc3339.TryRead(text[..space], out timeMicros)) return false;
        var rest = text[(space + 1)..];
        if (!rest.StartsWith("stdout "u8) && !rest.StartsWith("stderr "u8)) return false;
        rest = rest[7..];
        // The tag may carry more than one letter, separated by colons; the first says whether the line goes on.
        if (rest is not [(byte)'P' or (byte)'F', (byte)' ' or (byte)':', ..]) return false;
        isPartial = rest[0] == 'P';
        var end = rest.IndexOf((byte)' ');
        if (end < 0) return false;
        content = space + 1 + 7 + end + 1;
        return true;
    }
}
