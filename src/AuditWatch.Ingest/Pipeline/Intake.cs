using System.Security.Cryptography;
using AuditWatch.Events;
using AuditWatch.Events.Envelopes;
using AuditWatch.Events.Framing;
using AuditWatch.Events.Scanning;
using AuditWatch.Ingest.Journal;

namespace AuditWatch.Ingest.Pipeline;

/// <summary>One input on its way through the pipeline: documents in, lots of cleaned events out to the journal, durability at the end.</summary>
internal sealed partial class Intake(IngestPipeline pipeline, string cluster, string source, string position, bool isReplay = false, long expected = 0) : IUnwrapSink, IAsyncDisposable
{
    const int MostAppends = 4, MostAside = 4;
    readonly EventUnwrapper _unwrapper = new() { Limits = new UnpackLimits(pipeline.Options.MaxRecordBytes, pipeline.Options.MaxUnpackedBytes), KeepsPackedBack = true };
    readonly EventRanges _ranges = new();
    readonly List<(int Start, int Length)> _items = [];
    readonly long _seed = ConflictTable.SeedOf(cluster);
    readonly List<(string ApiServer, Task<AppendResult> Task)> _appends = [];
    // Lots of other API servers of the same input; few of them, since their memory is held until they are full or the input ends.
    readonly List<(string ApiServer, EventLot Lot, string Position)> _aside = [];
    readonly List<EventLot> _lots = [];
    readonly Dictionary<string, int> _dropped = new(StringComparer.Ordinal);
    readonly List<Conflict> _conflicts = [];
    // A body's events are as long as the body, and some marks.
    readonly int _expected = (int)Math.Min(expected + expected / 16, pipeline.Options.AppendBytes);
    EventLot _lot = new(cluster, (int)Math.Min(expected + expected / 16, pipeline.Options.AppendBytes));
    string _lotPosition = "", _lotServer = "";
    int _accepted, _repeats, _document;
    bool _isDone;

    /// <summary>See <see cref="IngestBatch.PositionOf"/>.</summary>
    public Func<int, string>? PositionOf { get; init; }

    /// <summary>See <see cref="IngestBatch.ApiServer"/>.</summary>
    public string ApiServer
    {
        get => _bad.ApiServer;
        init => _bad.ApiServer = value;
    }

    /// <summary>Enough is on its way to the disk; wait before adding more.</summary>
    public bool MustWait => _appends.Count >= MostAppends || _bad.MustWrite;

    /// <summary>Packed records were found, and wait for <see cref="OpenNextPacked"/>.</summary>
    public bool HasPacked => _unwrapper.HasPacked;

    /// <summary>What is added next is the batch's document with this index.</summary>
    public void MoveTo(int document)
    {
        _document = document;
        _unwrapper.BeginInput();
        if (PositionOf is not null) _bad.BeginNumbering();
    }

    /// <summary>Takes the next packed record apart; it is held in memory as a whole for so long. False when there is none.</summary>
    public bool OpenNextPacked() => _unwrapper.UnwrapNextPacked(this);

    /// <summary>Takes a document apart. Its memory is not needed afterwards.</summary>
    public void Add(FramedDocument document)
    {
        if (document.Utf8.IsEmpty && PositionOf is not null) Keep("not-an-audit-event", "The message is empty.", document.Line, -1, 0, SHA256.HashData([]), []);
        else if (document.IsOversize) AddTooLarge(document.Utf8.Length, SHA256.HashData(document.Utf8.Span), document.Utf8.Span, document.Line);
        else if (!TryAddList(document)) _unwrapper.Unwrap(document.Utf8, document.Line, this);
    }

    /// <summary>Takes a body or message apart, which may hold several documents. Its memory is not needed afterwards.</summary>
    public void AddMessage(FramedDocument message)
    {
        if (message.Utf8.IsEmpty || message.IsOversize)
        {
            Add(message);
            return;
        }

        if (TryAddList(message)) return;
        var documents = MayBeTornBeforeOthers(message.Utf8.Span) ? SplitAtLines(message.Utf8) : DocumentFramer.Split(message.Utf8);
        foreach (var document in documents) Add(document with { Line = message.Line + document.Line - 1 });
    }

    // A document that does not end must not take those on the lines behind it with it. In a list a line may begin with an item; what is broken there is taken apart as one.
    static bool MayBeTornBeforeOthers(ReadOnlySpan<byte> text) =>
        text.IndexOf("\n{"u8) > 0 && text.TrimStart(" \t\r\n"u8)[0] == '{' && text.IndexOf("\"items\""u8) < 0 && text.IndexOf("\"records\""u8) < 0;

    static List<FramedDocument> SplitAtLines(ReadOnlyMemory<byte> text)
    {
        using var stream = new MemoryStream(text.ToArray(), writable: false);
        return [.. DocumentFramer.ReadDocuments(stream).Select(d => d with { Utf8 = d.Utf8.ToArray() })];
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

    public void OnEvent(ReadOnlyMemory<byte> utf8, in EventOrigin origin) => Take(utf8.Span, _unwrapper.Ranges, origin);

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
        // A lot that would become larger than a frame goes first: it would be cut into two, and its memory is of the size of one.
        if (_lot.Count > 0 && _lot.Buffer.Length + json.Length > pipeline.Options.AppendBytes) Append();
        var server = origin.ApiServer is null ? ApiServer : ApiServerName.Clean(origin.ApiServer);
        if (_lot.Count == 0) _lotServer = server;
        else if (!ReferenceEquals(server, _lotServer) && server != _lotServer) TurnTo(server);
        if (_lot.Count == 0) _lotPosition = PositionNow;
        var start = _lot.Begin();
        try
        {
            if (!pipeline.Redactor.TryClean(json, ranges, _lot.Buffer))
            {
                _lot.Buffer.CutTo(start);
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
        if (pipeline.Conflicts.IsConflict(key, id, pipeline.Journal.EndOf(cluster), out var first, out var before))
            _conflicts.Add(new Conflict(first, before, id, _lot.Last.ToArray()) { Source = source, ApiServer = server });
        if (_lot.Buffer.Length >= pipeline.Options.AppendBytes) Append();
    }

    /// <summary>Waits until what was handed to the journal so far is durable.</summary>
    public async ValueTask WaitAsync()
    {
        try
        {
            foreach (var append in _appends)
            {
                var result = await append.Task.ConfigureAwait(false);
                pipeline.OnStored(cluster, source, append.ApiServer, result);
                _accepted += result.Stored;
                _repeats += result.Repeats;
            }
            if (_bad.MustWrite) await _bad.WriteAsync().ConfigureAwait(false);
        }
        finally
        {
            // Also those behind a failed one must be over before their memory is given back.
            foreach (var append in _appends) await append.Task.ContinueWith(static t => _ = t.Exception, TaskScheduler.Default).ConfigureAwait(false);
            foreach (var lot in _lots) lot.Dispose();
            _appends.Clear();
            _lots.Clear();
        }
    }

    /// <summary>Hands over the rest and waits until all of it is durable.</summary>
    public async ValueTask<IngestResult> CompleteAsync(CancellationToken stop)
    {
        _unwrapper.Complete(this);
        if (_lot.Count > 0) Append();
        foreach (var (server, lot, at) in _aside) Append(server, lot, at);
        _aside.Clear();
        await WaitAsync().ConfigureAwait(false);
        await _bad.CompleteAsync().ConfigureAwait(false);
        foreach (var (category, count) in _dropped) pipeline.Counters.AddDropped(category, count);
        var conflicting = _conflicts.Count == 0 && !pipeline.Contradictions.IsPending ? 0 : await pipeline.JudgeAsync(cluster, _conflicts, stop).ConfigureAwait(false);
        return new IngestResult(_accepted, _repeats, _bad.Count, _dropped.Values.Sum(), conflicting);
    }

    public async ValueTask DisposeAsync()
    {
        if (_isDone) return;
        _isDone = true;
        foreach (var append in _appends) await append.Task.ContinueWith(static t => _ = t.Exception, TaskScheduler.Default).ConfigureAwait(false);
        foreach (var lot in _lots) lot.Dispose();
        foreach (var aside in _aside) aside.Lot.Dispose();
        _lot.Dispose();
    }

    string PositionNow => PositionOf?.Invoke(_document) ?? position;

    static long TimeOf(ReadOnlySpan<byte> json, EventRanges ranges, in EventOrigin origin)
    {
        var time = MicroTime.Parse(ranges.Of(json, HotField.StageTimestamp));
        if (time == 0) time = MicroTime.Parse(ranges.Of(json, HotField.RequestReceivedTimestamp));
        return time != 0 ? time : origin.EnvelopeTimeMicros;
    }

    // An append that has begun is never cancelled: whether it became durable must be known.
    void Append()
    {
        Append(_lotServer, _lot, _lotPosition);
        _lot = new EventLot(cluster, _expected);
    }

    void Append(string server, EventLot lot, string at)
    {
        _lots.Add(lot);
        _appends.Add((server, pipeline.Journal.AppendAsync(lot.ToBatch(cluster, source, at) with { ApiServer = server }, CancellationToken.None).AsTask()));
    }

    // Frames belong to one API server each; records of several that alternate in one message are gathered beside each other.
    void TurnTo(string server)
    {
        var found = _aside.FindIndex(a => a.ApiServer == server);
        var (lot, at) = found < 0 ? (new EventLot(cluster), "") : (_aside[found].Lot, _aside[found].Position);
        if (found >= 0) _aside.RemoveAt(found);
        if (_aside.Count >= MostAside)
        {
            Append(_aside[0].ApiServer, _aside[0].Lot, _aside[0].Position);
            _aside.RemoveAt(0);
        }
        _aside.Add((_lotServer, _lot, _lotPosition));
        (_lotServer, _lot, _lotPosition) = (server, lot, at);
    }
}
