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

    public EventCleaner(ReadOnlyMemory<byte> key, RedactionOptions options)
    {
        _cuts = new CutList(key);
        _document = new DocumentCleaner(_arena, _cuts, options.ConfigMaps);
    }

    public bool TryClean(ReadOnlySpan<byte> json, EventRanges ranges, IBufferWriter<byte> output)
    {
        _cuts.Clear();
        try
        {
            if (!_tape.TryRead(json)) return TryCleanBroken(json, ranges, output);
            Event(json);
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

    void Event(ReadOnlySpan<byte> json)
    {
        var layer = new TextLayer(json, default, 0, 0);
        // What is posted as an event and is none (a manifest, a list) still holds what it holds.
        if (_document.IsEvent(layer, _tape, 0)) _document.Event(layer, _tape, 0);
        else _document.Body(layer, _tape, 0, BodyScope.Other);
    }

    bool TryCleanBroken(ReadOnlySpan<byte> json, EventRanges ranges, IBufferWriter<byte> output)
    {
        CutBrokenBodies(json, ranges);
        if (_cuts.Count == 0) return false;
        var whole = new ArrayBufferWriter<byte>(json.Length);
        _cuts.Write(json, whole);
        _cuts.Clear();
        if (_tape.TryRead(whole.WrittenSpan)) Event(whole.WrittenSpan);
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
}
