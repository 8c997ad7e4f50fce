using System.Security.Cryptography;
using AuditWatch.Events;
using AuditWatch.Events.Envelopes;
using AuditWatch.Events.Framing;
using AuditWatch.Events.Scanning;
using AuditWatch.Ingest.Journal;

namespace AuditWatch.Ingest.Pipeline;

/// <summary>One input on its way through the pipeline: documents in, lots of cleaned events out to the journal, durability at the end.</summary>
internal sealed class Intake(IngestPipeline pipeline, string cluster, string source, string position) : IUnwrapSink, IAsyncDisposable
{
    const int MostAppends = 4;
    const int NotesPerAppend = 500;

    // A hostile body can hold a bad record in every second byte; beyond these one note counts the rest.
    const int MostNotes = 10_000;

    // What may stand between an item and the next, or behind the last.
    static ReadOnlySpan<byte> Between => " \n\r\t,]}"u8;

    readonly EventUnwrapper _unwrapper = new();
    readonly EventRanges _ranges = new();
    readonly List<(int Start, int Length)> _items = [];
    readonly long _seed = ConflictTable.SeedOf(cluster);
    readonly List<Task<AppendResult>> _appends = [];
    readonly List<EventLot> _lots = [];
    readonly List<QuarantineNote> _bad = [];
    readonly Dictionary<string, int> _dropped = new(StringComparer.Ordinal);
    readonly List<Conflict> _conflicts = [];
    EventLot _lot = new(cluster);
    int _accepted, _repeats, _quarantined;
    long _uncounted;
    bool _isDone;

    /// <summary>Enough is on its way to the disk; wait before adding more.</summary>
    public bool MustWait => _appends.Count >= MostAppends || _bad.Count >= NotesPerAppend;

    /// <summary>Takes a document apart. Its memory is not needed afterwards.</summary>
    public void Add(FramedDocument document)
    {
        if (document.IsOversize) AddTooLarge(document.Utf8.Length, SHA256.HashData(document.Utf8.Span), document.Utf8.Span, document.Line);
        else if (!TryAddList(document)) _unwrapper.Unwrap(document.Utf8, document.Line, this);
    }

    // The webhook's form, which nearly all events come in: split and scan at the speed of memory. Whatever does not fit it is the unwrapper's.
    bool TryAddList(FramedDocument document)
    {
        var json = document.Utf8.Span;
        if (!json.StartsWith("{\"kind\":\"EventList\""u8) || !ItemSplitter.TrySplit(json, "items"u8, _items, out _)) return false;
        var (line, counted) = (document.Line, 0);
        foreach (var (start, length) in _items)
        {
            line += json[counted..start].Count((byte)'\n');
            counted = start;
            var item = json.Slice(start, length);
            if (EventScanner.TryScan(item, _ranges, out _) && _ranges.Has(HotField.AuditId) && _ranges.Has(HotField.Stage))
                Take(item, _ranges, new EventOrigin(line, 0, EnvelopeShape.EventList, IsCut: false));
            else
                _unwrapper.Unwrap(document.Utf8.Slice(start, length), line, this);
        }
        return true;
    }

    /// <summary>A record too large to hold: only its length, hash and beginning are known.</summary>
    public void AddTooLarge(long bytes, byte[] hash, ReadOnlySpan<byte> head, long line) =>
        Keep("too-large", $"The record has {bytes} bytes or more; at most {pipeline.Options.MaxRecordBytes} are taken.", line, -1, bytes, hash, head);

    public void OnEvent(ReadOnlyMemory<byte> utf8, in EventOrigin origin) => Take(utf8.Span, _unwrapper.Ranges, origin);

    public void OnBad(in BadRecord bad)
    {
        if (bad.Reason != "malformed-json" || !TryRecover(bad)) KeepBad(bad, bad.Utf8.Span, bad.Line);
    }

    public void OnDropped(string category) => _dropped[category] = _dropped.GetValueOrDefault(category) + 1;

    void Take(ReadOnlySpan<byte> json, EventRanges ranges, in EventOrigin origin)
    {
        if (json.Length > pipeline.Options.MaxRecordBytes)
        {
            AddTooLarge(json.Length, SHA256.HashData(json), json, origin.Line);
            return;
        }
        var time = TimeOf(json, ranges, origin);
        var key = ConflictTable.KeyOf(_seed, json, ranges);
        var start = _lot.Begin();
        var at = _lot.Buffer.Length;
        try
        {
            if (!pipeline.Redactor.TryClean(json, ranges, _lot.Buffer))
            {
                _lot.Buffer.CutTo(at);
                _lot.Buffer.Write(json);
            }
        }
        catch (Exception e)
        {
            // An event that cannot be cleaned must not be stored as it is, and must not cost its batch either.
            _lot.Buffer.CutTo(start);
            Keep("redaction-failed", $"The event could not be cleaned ({e.GetType().Name}); none of its text is kept.", origin.Line, -1, json.Length, SHA256.HashData(json), []);
            return;
        }
        var id = _lot.End(start, time);
        if (pipeline.Conflicts.IsConflict(key, id, pipeline.Journal.End, out var first, out var before))
            _conflicts.Add(new Conflict(first, before, id, _lot.Last.ToArray()));
        if (_lot.Buffer.Length >= pipeline.Options.AppendBytes) Append();
    }

    /// <summary>Waits until what was handed to the journal so far is durable.</summary>
    public async ValueTask WaitAsync()
    {
        try
        {
            foreach (var append in _appends)
            {
                var result = await append.ConfigureAwait(false);
                pipeline.OnStored(cluster, result);
                _accepted += result.Stored;
                _repeats += result.Repeats;
            }
            if (_bad.Count >= NotesPerAppend) await QuarantineAsync().ConfigureAwait(false);
        }
        finally
        {
            // Also those behind a failed one must be over before their memory is given back.
            foreach (var append in _appends) await append.ContinueWith(static t => _ = t.Exception, TaskScheduler.Default).ConfigureAwait(false);
            foreach (var lot in _lots) lot.Dispose();
            _appends.Clear();
            _lots.Clear();
        }
    }

    /// <summary>Hands over the rest and waits until all of it is durable.</summary>
    public async ValueTask<IngestResult> CompleteAsync(CancellationToken stop)
    {
        if (_lot.Count > 0) Append();
        await WaitAsync().ConfigureAwait(false);
        if (_uncounted > 0)
            _bad.Add(new QuarantineNote(cluster, source, position, "too-many", $"{_uncounted} further bad records in the same input are counted here and not kept.", 1, -1, MostNotes) { Bytes = 0, Hash = SHA256.HashData([]), Text = [] });
        await QuarantineAsync().ConfigureAwait(false);
        foreach (var (category, count) in _dropped) pipeline.Counters.AddDropped(category, count);
        var conflicting = _conflicts.Count == 0 ? 0 : await pipeline.JudgeAsync(cluster, _conflicts, stop).ConfigureAwait(false);
        return new IngestResult(_accepted, _repeats, (int)Math.Min(int.MaxValue, _quarantined + _uncounted), _dropped.Values.Sum(), conflicting);
    }

    public async ValueTask DisposeAsync()
    {
        if (_isDone) return;
        _isDone = true;
        foreach (var append in _appends) await append.ContinueWith(static t => _ = t.Exception, TaskScheduler.Default).ConfigureAwait(false);
        foreach (var lot in _lots) lot.Dispose();
        _lot.Dispose();
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

    static long TimeOf(ReadOnlySpan<byte> json, EventRanges ranges, in EventOrigin origin)
    {
        var time = MicroTime.Parse(ranges.Of(json, HotField.StageTimestamp));
        if (time == 0) time = MicroTime.Parse(ranges.Of(json, HotField.RequestReceivedTimestamp));
        return time != 0 ? time : origin.EnvelopeTimeMicros;
    }

    // An append that has begun is never cancelled: whether it became durable must be known.
    void Append()
    {
        _lots.Add(_lot);
        _appends.Add(pipeline.Journal.AppendAsync(_lot.ToBatch(cluster, source, position), CancellationToken.None).AsTask());
        _lot = new EventLot(cluster);
    }

    async ValueTask QuarantineAsync()
    {
        if (_bad.Count == 0) return;
        var received = pipeline.Time.GetUtcNow();
        var ids = _bad.ConvertAll(b => b.Id());
        var records = _bad.Select((b, i) => (ReadOnlyMemory<byte>)b.ToJson(ids[i], received)).ToArray();
        // One append per reason, so that what was new can be counted by reason.
        foreach (var reason in _bad.Select((b, i) => (b.Reason, Index: i)).GroupBy(b => b.Reason, StringComparer.Ordinal))
        {
            var indexes = reason.Select(r => r.Index).ToArray();
            var batch = new JournalBatch(cluster, source, position, RecordKind.Quarantine, [.. indexes.Select(i => records[i])]) { Ids = [.. indexes.Select(i => ids[i])] };
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
        var text = content.IsEmpty ? [] : pipeline.Redactor.CleanUnparsable(content);
        _bad.Add(new QuarantineNote(cluster, source, position, reason, detail, line, offset, _quarantined++) { Bytes = bytes, Hash = hash, Text = text });
    }
}
