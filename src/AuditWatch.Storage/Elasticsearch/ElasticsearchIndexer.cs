using AuditWatch.Events;
using AuditWatch.Events.Ecs;
using AuditWatch.Events.Model;
using AuditWatch.Storage.State;
using Microsoft.Extensions.Logging;
using EventId = AuditWatch.Events.EventId;

namespace AuditWatch.Storage.Elasticsearch;

/// <summary>
/// Journal → Elasticsearch: documents are gathered into bodies, several of which are under way at once; the position moves only over what is settled, in order, and
/// is kept in the state. For one reader at a time. After a fault of ours it is thrown away, and a new one goes on from the position.
/// </summary>
public sealed class ElasticsearchIndexer : IAsyncDisposable
{
    /// <summary>While Elasticsearch has nothing of ours to do, this part of a full body is enough to send.</summary>
    const int PartForNothing = 5;

    readonly ElasticsearchConnection _connection;
    readonly StateStore _state;
    readonly IndexerOptions _options;
    readonly TimeProvider _clock;
    readonly BulkSender _sender;
    readonly RequestGate _gate;
    readonly string _reader;
    long? _epoch, _sentEpoch;
    readonly Stack<BulkBody> _spare = new();
    readonly Queue<Sent> _underWay = new();
    readonly List<Task> _settling = [];
    readonly SemaphoreSlim _saving = new(1, 1), _noting = new(1, 1);
    readonly EcsDocument _document;
    readonly CancellationTokenSource _broken = new();
    readonly Lock _lock = new();
    BulkBody _body;
    EventPosition _sentBefore, _noted, _last, _head;
    Exception? _fault;

    ElasticsearchIndexer(ElasticsearchConnection connection, StateStore state, IndexerOptions options, TimeProvider clock, ILogger log, string? reader)
    {
        (_connection, _state, _options, _clock) = (connection, state, options, clock);
        _reader = reader ?? ReaderOf(connection.Place);
        _sender = new BulkSender(connection, state, options, clock, log);
        _gate = new RequestGate(options.Concurrency);
        _sender.OnAnswer = isClean =>
        {
            if (isClean) _gate.OnClean();
            else _gate.OnPressure();
        };
        _document = new EcsDocument(connection.Place.Namespace, connection.Place.Topic);
        _body = new BulkBody(connection.Place, _document);
    }

    /// <summary>Everything up to here is settled, and that is on the disk.</summary>
    public EventPosition Settled { get; private set; }

    /// <summary>What became of the events read.</summary>
    public IndexerCounters Counters => _sender.Counters;

    /// <summary>The reader's name in the state: a position for each server and namespace.</summary>
    public static string ReaderOf(ElasticsearchPlace place) => $"elasticsearch {place.Url.TrimEnd('/')} {place.Namespace}";

    /// <summary>Opens at the position that the state has.</summary>
    /// <param name="connection">The server.</param>
    /// <param name="state">Where the position is kept.</param>
    /// <param name="options">How much at once.</param>
    /// <param name="clock">The time.</param>
    /// <param name="log">Where it says what happens.</param>
    /// <param name="stop">Gives up.</param>
    /// <param name="reader">The reader's name; null: <see cref="ReaderOf"/>.</param>
    /// <param name="owner">Who takes the reader over; null: nobody else can have it.</param>
    public static async Task<ElasticsearchIndexer> OpenAsync(
        ElasticsearchConnection connection, StateStore state, IndexerOptions options, TimeProvider clock, ILogger log, CancellationToken stop, string? reader = null, string? owner = null)
    {
        var indexer = new ElasticsearchIndexer(connection, state, options, clock, log, reader);
        if (owner is not null)
        {
            indexer._epoch = await state.TakeReaderAsync(indexer._reader, owner, stop).ConfigureAwait(false);
            indexer._sentEpoch = await state.TakeReaderAsync(indexer._reader + " sent", owner, stop).ConfigureAwait(false);
        }
        indexer.Settled = indexer._head = await state.ReadPositionAsync(indexer._reader, stop).ConfigureAwait(false) ?? EventPosition.Start;
        indexer._sentBefore = indexer._noted = await state.ReadPositionAsync(indexer._reader + " sent", stop).ConfigureAwait(false) ?? EventPosition.Start;
        var template = await connection.GetAsync("/_index_template/logs-kubernetes.audit_logs", stop).ConfigureAwait(false);
        if (template.IsSuccess) indexer._sender.SkipPipeline();
        return indexer;
    }

    /// <summary>Adds an event; waits for room when a body is full and enough requests are under way.</summary>
    public async ValueTask AddAsync(AuditEvent audited, EventId id, EventPosition position, long receivedMicros, CancellationToken stop)
    {
        _body.Add(audited, id, position, receivedMicros, UnixMicros.Of(_clock));
        Counters.OnRead();
        if (_body.Count >= _options.BodyDocuments || (_body.Bytes >= _options.BodyBytes / PartForNothing && (_body.Bytes >= _options.BodyBytes || IsNothingUnderWay)))
            await FlushAsync(stop).ConfigureAwait(false);
    }

    bool IsNothingUnderWay
    {
        get
        {
            lock (_lock) return _underWay.Count == 0;
        }
    }

    /// <summary>There is nothing for Elasticsearch up to here.</summary>
    public async ValueTask SkipToAsync(EventPosition position, CancellationToken stop)
    {
        _body.Last = position;
        if (_body.Count > 0) return;
        lock (_lock)
        {
            if (_underWay.Count > 0)
            {
                _underWay.Enqueue(new Sent(position) { IsSettled = true });
                return;
            }
            _head = position;
        }
        await SaveAsync(stop).ConfigureAwait(false);
    }

    /// <summary>Sends what was gathered.</summary>
    public async ValueTask FlushAsync(CancellationToken stop)
    {
        ThrowIfBroken();
        if (_body.Count == 0) return;
        using var either = CancellationTokenSource.CreateLinkedTokenSource(stop, _broken.Token);
        try
        {
            await _gate.EnterAsync(either.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!stop.IsCancellationRequested)
        {
            ThrowIfBroken();
        }
        var isUnknown = _body.Documents[0].Position <= _sentBefore;
        var (body, sent) = (_body, new Sent(_body.Last));
        lock (_lock)
        {
            _underWay.Enqueue(sent);
            _last = body.Last;
            _body = _spare.TryPop(out var spare) ? spare : new BulkBody(_connection.Place, _document);
            _settling.RemoveAll(t => t.IsCompletedSuccessfully);
            _settling.Add(Task.Run(() => SettleAsync(body, sent, isUnknown, stop), stop));
        }
    }

    /// <summary>Sends what was gathered, and returns when everything is settled.</summary>
    public async Task DrainAsync(CancellationToken stop)
    {
        await FlushAsync(stop).ConfigureAwait(false);
        Task[] all;
        lock (_lock) all = [.. _settling];
        await Task.WhenAll(all).ConfigureAwait(false);
        ThrowIfBroken();
    }

    async Task SettleAsync(BulkBody body, Sent sent, bool isUnknown, CancellationToken stop)
    {
        try
        {
            await NoteAsync(sent.Last, stop).ConfigureAwait(false);
            await _sender.SettleAsync(body, isUnknown, stop).ConfigureAwait(false);
            lock (_lock)
            {
                sent.IsSettled = true;
                while (_underWay.TryPeek(out var first) && first.IsSettled) _head = _underWay.Dequeue().Last;
                body.Clear();
                _spare.Push(body);
            }
            await SaveAsync(stop).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // Nothing of it counts as settled; it is read again.
        }
        catch (Exception fault)
        {
            _fault = fault;
            await _broken.CancelAsync().ConfigureAwait(false);
        }
        finally
        {
            _gate.Leave();
        }
    }

    // What may have been sent when the process is killed is on the disk before it is sent: only that must be looked up again. One save serves all bodies that wait for it.
    async Task NoteAsync(EventPosition last, CancellationToken stop)
    {
        await _noting.WaitAsync(stop).ConfigureAwait(false);
        try
        {
            if (last <= _noted) return;
            EventPosition newest;
            lock (_lock) newest = _last;
            await _state.SavePositionAsync(_reader + " sent", newest, _sentEpoch, stop).ConfigureAwait(false);
            _noted = newest;
        }
        finally
        {
            _noting.Release();
        }
    }

    async Task SaveAsync(CancellationToken stop)
    {
        await _saving.WaitAsync(stop).ConfigureAwait(false);
        try
        {
            EventPosition head;
            lock (_lock) head = _head;
            if (head <= Settled) return;
            await _state.SavePositionAsync(_reader, head, _epoch, stop).ConfigureAwait(false);
            Settled = head;
        }
        finally
        {
            _saving.Release();
        }
    }

    void ThrowIfBroken()
    {
        if (_fault is { } fault) throw new InvalidOperationException($"What Elasticsearch was sent or answered could not be noted: {fault.Message}", fault);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        Task[] all;
        lock (_lock) all = [.. _settling];
        await Task.WhenAll(all).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _saving.Dispose();
        _noting.Dispose();
        _broken.Dispose();
    }

    sealed record Sent(EventPosition Last)
    {
        public bool IsSettled { get; set; }
    }
}
