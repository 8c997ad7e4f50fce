using System.Runtime.InteropServices;
using System.Text.Json;
using AuditWatch.Events.Scanning;

namespace AuditWatch.Events.Model;

// Parts of the event opened as JSON documents, each only when somebody asks.
public sealed partial class AuditEvent
{
    static readonly JsonDocumentOptions Opening = new() { MaxDepth = 128 };

    // Pieces put together may be a little deeper than what they are made of.
    static readonly JsonDocumentOptions MadeUp = new() { MaxDepth = 512 };

    readonly JsonDocument?[] _sections = new JsonDocument?[(int)HotField.Count];
    readonly List<JsonDocument> _madeUp = [];
    readonly List<JsonElement> _many = [];
    ulong _sectionKnown;

    /// <summary>How many bodies of this event were opened and found to be no valid JSON (0 to 2).</summary>
    public int MalformedBodies { get; private set; }

    // The value of a scanned field as JSON; false when absent or malformed.
    bool TryOpen(HotField field, out JsonElement value)
    {
        value = default;
        if (!_ranges.Has(field)) return false;
        var bit = 1UL << (int)field;
        _lookedAt |= bit;
        if ((_mayOpen & bit) == 0) return false;
        if ((_sectionKnown & bit) == 0)
        {
            _sectionKnown |= bit;
            var (start, length) = (_ranges.Start(field), _ranges.Length(field));
            if (_ranges.IsString(field)) (start, length) = (start - 1, length + 2);
            try
            {
                _sections[(int)field] = JsonDocument.Parse(_utf8.Slice(start, length), Opening);
            }
            catch (JsonException)
            {
                MalformedBodies++;
            }
        }

        if (_sections[(int)field] is not { } opened) return false;
        value = opened.RootElement;
        return true;
    }

    // JSON that the event itself does not hold as such (several values gathered, something computed); lives until the next event.
    JsonElement MakeUp(ReadOnlyMemory<byte> json)
    {
        var made = JsonDocument.Parse(json, MadeUp);
        _madeUp.Add(made);
        return made.RootElement;
    }

    // A JSON string's text, unescaped; valid until the next event.
    ReadOnlySpan<byte> TextOf(JsonElement text)
    {
        var raw = JsonMarshal.GetRawUtf8Value(text)[1..^1];
        return raw.Contains((byte)'\\') ? Unescaped(raw).Span : raw;
    }

    JsonElement Gather(List<JsonElement> values)
    {
        var length = 2;
        foreach (var value in values) length += JsonMarshal.GetRawUtf8Value(value).Length + 1;
        var memory = _scratch.Rent(length);
        var json = memory.Span;
        var at = 0;
        json[at++] = (byte)'[';
        for (var i = 0; i < values.Count; i++)
        {
            if (i > 0) json[at++] = (byte)',';
            var raw = JsonMarshal.GetRawUtf8Value(values[i]);
            raw.CopyTo(json[at..]);
            at += raw.Length;
        }

        json[at++] = (byte)']';
        return MakeUp(memory[..at]);
    }

    void ForgetSections()
    {
        MalformedBodies = 0;
        foreach (var made in _madeUp) made.Dispose();
        _madeUp.Clear();
        if (_sectionKnown == 0) return;
        for (var known = _sectionKnown; known != 0; known &= known - 1)
        {
            ref var section = ref _sections[System.Numerics.BitOperations.TrailingZeroCount(known)];
            section?.Dispose();
            section = null;
        }

        _sectionKnown = 0;
    }
}
