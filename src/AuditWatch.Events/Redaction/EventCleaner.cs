using System.Buffers;
using AuditWatch.Events.Scanning;

namespace AuditWatch.Events.Redaction;

/// <summary>Cleans one event: walks it once, collects the cuts, writes the copy. One instance per thread.</summary>
internal sealed class EventCleaner
{
    readonly Arena _arena = new();
    readonly Tape _tape = new();
    readonly CutList _cuts;
    readonly DocumentCleaner _document;
    readonly bool _configMaps;

    public EventCleaner(ReadOnlyMemory<byte> key, RedactionOptions options)
    {
        _cuts = new CutList(key);
        _configMaps = options.ConfigMaps;
        _document = new DocumentCleaner(_arena, _cuts, _configMaps);
    }

    public bool TryClean(ReadOnlySpan<byte> json, EventRanges ranges, IBufferWriter<byte> output)
    {
        _cuts.Clear();
        try
        {
            if (!_tape.TryRead(json)) return TryCleanBroken(json, ranges, output);
            Event(new TextLayer(json, default, 0, 0), ranges);
            if (_cuts.Count == 0) return false;
            _cuts.Write(json, output);
            return true;
        }
        finally
        {
            _cuts.Clear();
            _arena.Reset();
        }
    }

    /// <summary>Runs the text rules over bytes that are no document; the cuts stay until the next call.</summary>
    public CutList CleanText(TextLayer text, TextLayer sameText)
    {
        _cuts.Clear();
        TextCleaner.Clean(text, TextRules.Config | TextRules.CommandLine | TextRules.Suspicious, _cuts);
        TextCleaner.Clean(sameText, TextRules.Config | TextRules.CommandLine | TextRules.Suspicious, _cuts);
        return _cuts;
    }

    void Event(TextLayer layer, EventRanges ranges)
    {
        var scope = Scope(layer.Text, ranges);
        var end = _tape[0].After;
        for (var key = 1; key < end; key = _tape[key + 1].After)
        {
            var name = layer.Slice(_tape[key].Start, _tape[key].Length).Unescape(_arena).Text;
            var value = key + 1;
            var isText = _tape[value].Type == System.Text.Json.JsonTokenType.String;
            if (name.SequenceEqual("requestObject"u8) || name.SequenceEqual("responseObject"u8)) _document.Body(layer, _tape, value, scope);
            else if (isText && name.SequenceEqual("requestURI"u8)) RequestLine.Clean(layer.Slice(_tape[value].Start, _tape[value].Length).Unescape(_arena), _arena, _cuts);
            else if (isText && name.SequenceEqual("userAgent"u8)) TextCleaner.Clean(layer.Slice(_tape[value].Start, _tape[value].Length).Unescape(_arena), TextRules.Config | TextRules.CommandLine, _cuts);
            else if (name.SequenceEqual("annotations"u8) && _tape[value].Type == System.Text.Json.JsonTokenType.StartObject) _document.Annotations(layer, _tape, value, scope);
            else _document.Value(layer, _tape, value, BodyScope.Other, TextRules.None);
        }
    }

    bool TryCleanBroken(ReadOnlySpan<byte> json, EventRanges ranges, IBufferWriter<byte> output)
    {
        CutBrokenBodies(json, ranges);
        if (_cuts.Count == 0) return false;
        var whole = new ArrayBufferWriter<byte>(json.Length);
        _cuts.Write(json, whole);
        var again = new EventRanges();
        _cuts.Clear();
        if (EventScanner.TryScan(whole.WrittenSpan, again, out _) && _tape.TryRead(whole.WrittenSpan)) Event(new TextLayer(whole.WrittenSpan, default, 0, 0), again);
        _cuts.Write(whole.WrittenSpan, output);
        return true;
    }

    // A body that holds a trigger and is not JSON: what in it is secret cannot be said, so all of it goes.
    void CutBrokenBodies(ReadOnlySpan<byte> json, EventRanges ranges)
    {
        foreach (var field in (ReadOnlySpan<HotField>)[HotField.RequestObject, HotField.ResponseObject])
        {
            if (!ranges.Has(field)) continue;
            var quote = ranges.IsString(field) ? 1 : 0;
            var (start, length) = (ranges.Start(field) - quote, ranges.Length(field) + 2 * quote);
            if (!_tape.TryRead(json.Slice(start, length))) _cuts.Add(start, start + length, json.Slice(start, length), quotes: 0);
        }
    }

    BodyScope Scope(ReadOnlySpan<byte> json, EventRanges ranges)
    {
        var resource = ranges.Of(json, HotField.ObjectResource);
        return resource.SequenceEqual("secrets"u8) ? BodyScope.Secret : _configMaps && resource.SequenceEqual("configmaps"u8) ? BodyScope.ConfigMap : BodyScope.Other;
    }
}
