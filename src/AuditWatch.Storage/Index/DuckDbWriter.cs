using System.Collections.Concurrent;
using AuditWatch.Events;
using DuckDB.NET.Data;

namespace AuditWatch.Storage.Index;

/// <summary>
/// The one thread that writes the embedded index. It gathers rows in an open transaction and commits them with the position when there are enough, when the
/// oldest has waited long enough, or when somebody waits for the commit.
/// </summary>
internal sealed class DuckDbWriter : IAsyncDisposable
{
    readonly DuckDBConnection _connection;
    readonly DuckDBConnection _beside;
    readonly DuckDbTransaction _transaction;
    readonly DuckDbIndexOptions _options;
    readonly Action<IndexBatch> _return;
    readonly BlockingCollection<Order> _orders = [];
    readonly SemaphoreSlim _room;
    readonly List<TaskCompletionSource> _waiting = [];
    readonly Thread _thread;
    readonly Lock _gate = new();
    EventPosition _position, _handedOver, _appended;
    Exception? _failure;
    int _attempt;   // counts failures that the feeder was told of; what it handed over before is not taken after
    int _disposed;

    public DuckDbWriter(DuckDBConnection connection, DuckDBConnection beside, EventPosition position, DuckDbIndexOptions options, TimeProvider clock, Action<IndexBatch> @return)
    {
        _connection = connection;
        _beside = beside;
        _transaction = new DuckDbTransaction(connection, clock);
        _options = options;
        _return = @return;
        _position = _handedOver = _appended = position;
        _room = new SemaphoreSlim(options.QueuedBatches, options.QueuedBatches);
        _thread = new Thread(Run) { IsBackground = true, Name = "index writer" };
        _thread.Start();
    }

    public EventPosition Position
    {
        get { lock (_gate) return _position; }
    }

    public static EventPosition ReadPosition(DuckDBConnection connection)
    {
        using var command = connection.CreateCommand();
        command.CommandText = "select segment, frame, record from journal_position";
        using var row = command.ExecuteReader();
        row.Read();
        return new EventPosition(row.GetInt32(0), row.GetInt32(1), row.GetInt32(2));
    }

    public async Task IndexAsync(IndexBatch batch, EventPosition upTo, CancellationToken stop)
    {
        await _room.WaitAsync(stop).ConfigureAwait(false);
        lock (_gate)
        {
            if (_failure is null && upTo > _handedOver)
            {
                _handedOver = upTo;
                _orders.Add(new Order(batch, upTo, _attempt, null, null, false), CancellationToken.None);
                return;
            }

            _room.Release();
            _return(batch);
            if (_failure is not { } cause) return;
            // Whoever feeds us is told once; from then on what it reads again is taken.
            _failure = null;
            _attempt++;
            _handedOver = _appended = _position;
            throw Failed(cause, $" Go on after {_position}.");
        }
    }

    public Task FlushAsync(CancellationToken stop) => DoAsync(null, stop);

    /// <summary>Commits what was handed over, then runs statements, if any, in a transaction of their own.</summary>
    public Task DoAsync(Action<DuckDBConnection>? statements, CancellationToken stop) => OrderAsync(statements, isBeside: false, stop);

    /// <summary>
    /// Runs statements about other tables than the events in a transaction beside the rows that are gathered, which it leaves as they are: they would be committed
    /// in small portions, at three times the cost.
    /// </summary>
    public Task DoBesideAsync(Action<DuckDBConnection> statements, CancellationToken stop) => OrderAsync(statements, isBeside: true, stop);

    Task OrderAsync(Action<DuckDBConnection>? statements, bool isBeside, CancellationToken stop)
    {
        var committed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _orders.Add(new Order(null, default, 0, statements, committed, isBeside), stop);
        return committed.Task.WaitAsync(stop);
    }

    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0) return;
        _orders.CompleteAdding();
        await Task.Run(_thread.Join).ConfigureAwait(false);
        _transaction.Dispose();
        await _beside.DisposeAsync().ConfigureAwait(false);
        await _connection.DisposeAsync().ConfigureAwait(false);
        _orders.Dispose();
        _room.Dispose();
    }

    void Run()
    {
        while (!_orders.IsCompleted)
            Try(() =>
            {
                if (_orders.TryTake(out var order, Wait())) Carry(order);
                if (IsDue()) Commit();
            });
        Try(Commit);
    }

    void Try(Action step)
    {
        try { step(); }
        catch (Exception cause) when (IsFault(cause)) { GiveUp(cause); }
    }

    void Carry(Order order)
    {
        if (order.Batch is { } batch) Append(order, batch);
        else if (order.Statements is { } statements) Do(statements, order.IsBeside, order.Committed!);
        else _waiting.Add(order.Committed!);
    }

    void Append(Order order, IndexBatch batch)
    {
        try
        {
            lock (_gate)
                if (_failure is not null || order.Attempt != _attempt || order.UpTo <= _appended) return;   // will be read again, or is there
            _transaction.Append(batch, batch.FirstAfter(_appended));
            lock (_gate) _appended = order.UpTo;
        }
        finally
        {
            _return(batch);
            _room.Release();
        }
    }

    // In a transaction of their own: statements that fail must not take rows with them.
    void Do(Action<DuckDBConnection> statements, bool isBeside, TaskCompletionSource committed)
    {
        if (!isBeside) Try(Commit);
        var connection = isBeside ? _beside : _connection;
        try
        {
            DuckDbSchema.Run(connection, "begin transaction");
            statements(connection);
            DuckDbSchema.Run(connection, "commit");
            committed.SetResult();
        }
        catch (Exception cause) when (IsFault(cause))
        {
            DuckDbSchema.TryRollback(connection);
            committed.SetException(Failed(cause));
        }
    }

    // DuckDB writes a whole row group once; a smaller commit goes through its log and is written again by the next checkpoint, which costs three times as much
    // a row. So when rows come fast, a commit waits for a whole one, a few intervals at most.
    bool IsDue()
    {
        if (_transaction.Rows >= _options.CommitRows || _transaction.IsLarge || _waiting.Count > 0 && _orders.Count == 0) return true;
        return _transaction.IsOpen && _transaction.Age >= _options.CommitInterval
               && (_transaction.Rows < _options.CommitRows / 6 || _transaction.Age >= 5 * _options.CommitInterval);
    }

    int Wait() => _transaction.IsOpen ? (int)Math.Clamp((_options.CommitInterval - _transaction.Age).TotalMilliseconds, 20, 250) : 250;

    void Commit()
    {
        _transaction.Commit(_appended);
        Exception? failure;
        lock (_gate)
        {
            _position = _appended;
            failure = _failure;
        }

        foreach (var waiting in _waiting)
        {
            if (failure is null) waiting.SetResult();
            else waiting.SetException(Failed(failure));   // what was handed over before it is not there
        }

        _waiting.Clear();
    }

    // Nothing of the transaction stays; whoever hands rows over next is told to read them again.
    void GiveUp(Exception cause)
    {
        _transaction.Rollback();
        lock (_gate)
        {
            if (_handedOver != _position) _failure ??= cause;
            _appended = _position;
        }

        foreach (var waiting in _waiting) waiting.SetException(Failed(cause));
        _waiting.Clear();
    }

    static bool IsFault(Exception cause) => cause is DuckDBException or InvalidOperationException or IOException;

    static IndexWriteException Failed(Exception cause, string more = "") => new($"The index could not be written: {cause.Message}{more}", cause);

    sealed record Order(IndexBatch? Batch, EventPosition UpTo, int Attempt, Action<DuckDBConnection>? Statements, TaskCompletionSource? Committed, bool IsBeside);
}
