using System.Security.Cryptography;
using AuditWatch.Events.Envelopes;
using AuditWatch.Events.Scanning;
using AuditWatch.Ingest.Journal;

namespace AuditWatch.Ingest.Pipeline;

// What cannot be taken as an event.
internal sealed partial class Intake
{
    const int NotesPerAppend = 500;

    // A hostile body can hold a bad record in every second byte; beyond these one note counts the rest.
    const int MostNotes = 10_000;

    // What may stand between an item and the next, or behind the last.
    static ReadOnlySpan<byte> Between => " \n\r\t,]}"u8;

    readonly List<QuarantineNote> _bad = [];
    int _quarantined;
    long _uncounted;

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

    async ValueTask QuarantineAsync()
    {
        if (isReplay) _bad.Clear();
        if (_bad.Count == 0) return;
        var received = pipeline.Time.GetUtcNow();
        var ids = _bad.ConvertAll(b => b.Id());
        var records = _bad.Select((b, i) => (ReadOnlyMemory<byte>)b.ToJson(ids[i], received)).ToArray();
        // One append per reason, so that what was new can be counted by reason.
        foreach (var reason in _bad.Select((b, i) => (b.Reason, Index: i)).GroupBy(b => b.Reason, StringComparer.Ordinal))
        {
            var indexes = reason.Select(r => r.Index).ToArray();
            var batch = new JournalBatch(cluster, source, _bad[indexes[0]].SourcePosition, RecordKind.Quarantine, [.. indexes.Select(i => records[i])]) { Ids = [.. indexes.Select(i => ids[i])], ApiServer = ApiServer };
            var result = await pipeline.Journal.AppendAsync(batch, CancellationToken.None).ConfigureAwait(false);
            if (result.Stored > 0) pipeline.Counters.AddQuarantined(reason.Key, result.Stored);
        }
        _bad.Clear();
    }

    void Keep(string reason, string detail, long line, long offset, long bytes, byte[] hash, ReadOnlySpan<byte> content)
    {
        if (_quarantined >= MostNotes)
        {
            _uncounted++;
            return;
        }
        var text = Clean(content, ref detail);
        _quarantined++;
        _bad.Add(new QuarantineNote(cluster, source, PositionNow, reason, detail, line, offset, _ordinal++) { Bytes = bytes, Hash = hash, Text = text });
    }

    // Text that cannot be cleaned is not kept; and hostile text that makes cleaning fail must not cost the batch.
    byte[] Clean(ReadOnlySpan<byte> content, ref string detail)
    {
        if (content.IsEmpty) return [];
        try
        {
            return pipeline.Redactor.CleanUnparsable(content);
        }
        catch (Exception e)
        {
            detail += $" Its text could not be cleaned ({e.GetType().Name}) and is not kept.";
            return [];
        }
    }
}
