using System.Security.Cryptography;
using AuditWatch.Events.Envelopes;
using AuditWatch.Events.Scanning;

namespace AuditWatch.Ingest.Pipeline;

// What cannot be taken as an event.
internal sealed partial class Intake
{
    // What may stand between an item and the next, or behind the last.
    static ReadOnlySpan<byte> Between => " \n\r\t,]}"u8;

    readonly QuarantineNotes _bad = new(pipeline, cluster, source, position, isReplay);

    /// <summary>A record too large to hold: only its length, hash and beginning are known.</summary>
    public void AddTooLarge(long bytes, byte[] hash, ReadOnlySpan<byte> head, long line) =>
        Keep("too-large", $"The record has {bytes} bytes or more; at most {pipeline.Options.MaxRecordBytes} are taken.", line, -1, bytes, hash, head);

    public void OnBad(in BadRecord bad)
    {
        if (bad.Reason != "malformed-json" || !TryRecover(bad)) KeepBad(bad, bad.Utf8.Span, bad.Line);
    }

    // An item whose brackets do not match swallows the ones behind it; they are events all the same.
    bool TryRecover(in BadRecord bad)
    {
        var rest = bad.Utf8.Span;
        var line = bad.Line;
        if (!BrokenItem.TryFindEventBehind(rest, out var start, out var end)) return false;
        do
        {
            KeepBad(bad, rest[..start].Trim(Between), line);
            line += rest[..start].Count((byte)'\n');
            var json = rest[start..end];
            EventScanner.TryScan(json, _ranges, out _);
            Take(json, _ranges, new EventOrigin(line, 0, EnvelopeShape.EventList, IsCut: false));
            line += json.Count((byte)'\n');
            rest = rest[end..];
        }
        while (BrokenItem.TryFindEventBehind(rest, out start, out end));
        KeepBad(bad, rest.Trim(Between), line);
        return true;
    }

    void KeepBad(in BadRecord bad, ReadOnlySpan<byte> utf8, long line)
    {
        if (utf8.IsEmpty && bad.Utf8.Length > 0) return;
        if (utf8.Length > pipeline.Options.MaxRecordBytes) AddTooLarge(utf8.Length, SHA256.HashData(utf8), utf8, line);
        else Keep(bad.Reason, bad.Detail, line, bad.Offset < utf8.Length ? bad.Offset : -1, utf8.Length, SHA256.HashData(utf8), utf8);
    }

    void Keep(string reason, string detail, long line, long offset, long bytes, byte[] hash, ReadOnlySpan<byte> content) =>
        _bad.Keep(PositionNow, reason, detail, line, offset, bytes, hash, content);
}
