using System.Collections.Concurrent;
using System.Globalization;
using AuditWatch.Events;
using DuckDB.NET.Data;
using DuckDB.NET.Native;
using DuckDBAppender = DuckDB.NET.Native.DuckDBAppender;

namespace AuditWatch.Storage.Index;

/// <summary>
/// The one thread that writes the embedded index. It gathers rows in an open transaction and commits them with the position when there are enough, when the
/// oldest has waited long enough, or when somebody waits for the commit.
/// </summary>
internal sealed class DuckDbWriter : IAsyncDisposable
{
    const int FlushRows = 20_480;

    readonly DuckDBConnection _connection;
    readonly DuckDbIndexOptions _options;
    readonly TimeProvider _clock;
    readonly Action<IndexBatch> _return;
    readonly BlockingCollection<Order> _orders = [];
    readonly SemaphoreSlim _room;
    readonly List<TaskCompletionSource> _waiting = [];
    readonly Thread _thread;
    readonly DuckDbChunk _chunk;
    readonly Lock _gate = new();
    EventPosition _position, _handedOver, _appended;
    Exception? _failure;
    DuckDBAppender? _appender;
    bool _open;
    int _disposed;
    int _rows, _unflushed;
    long _began;

    public DuckDbWriter(DuckDBConnection connection, EventPosition position, DuckDbIndexOptions options, TimeProvider clock, Action<IndexBatch> @return)
    {
        _connection = connection;
        _options = options;
        _clock = clock;
        _return = @return;
        _position = _handedOver = _appended = position;
        _room = new SemaphoreSlim(options.QueuedBatches, options.QueuedBatches);
        _chunk = new DuckDbChunk(connection);
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
            if (_failure is { } cause)
            {
                // Whoever feeds us is told once, and from then on what it reads again is taken.
                _failure = null;
                _handedOver = _appended = _position;
                _room.Release();
                _return(batch);
                throw new IndexWriteException($"The index could not be written: {cause.Message} Go on after {_position}.", cause);
            }

            if (upTo <= _handedOver)
            {
                _room.Release();
                _return(batch);
                return;
            }

            _handedOver = upTo;
            _orders.Add(new Order(batch, upTo, null, null), CancellationToken.None);
        }
    }

    public Task FlushAsync(CancellationToken stop) => DoAsync(null, stop);

    /// <summary>Commits what was handed over, then runs statements, if any, in a transaction of their own.</summary>
    public Task DoAsync(Action<DuckDBConnection>? statements, CancellationToken stop)
    {
        var committed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _orders.Add(new Order(null, default, statements, committed), stop);
        return committed.Task.WaitAsync(stop);
    }

    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0) return;
        _orders.CompleteAdding();
        await Task.Run(_thread.Join).ConfigureAwait(false);
        _chunk.Dispose();
        await _connection.DisposeAsync().ConfigureAwait(false);
        _orders.Dispose();
        _room.Dispose();
    }

    void Run()
    {
        while (!_orders.IsCompleted)
        {
            try
            {
                if (_orders.TryTake(out var order, Wait())) Carry(order);
                if (IsDue()) Commit();
            }
            catch (Exception cause) when (cause is DuckDBException or InvalidOperationException or IOException)
            {
                GiveUp(cause);
            }
        }

        try { Commit(); }
        catch (DuckDBException cause) { GiveUp(cause); }
    }

    void Carry(Order order)
    {
        if (order.Batch is null)
        {
            if (order.Statements is null) _waiting.Add(order.Committed!);
            else Do(order.Statements, order.Committed!);
            return;
        }

        try
        {
            lock (_gate)
                if (_failure is not null || order.UpTo <= _appended) return;   // part of what will be read again
            Begin();
            _appender ??= DuckDbChunk.NewAppender(_connection);
            var from = order.Batch.FirstAfter(_appended);
            if (!_chunk.TryAppend(_appender, order.Batch, from)) throw Refused(_appender);
            _rows += order.Batch.Count - from;
            _unflushed += order.Batch.Count - from;
            if (_unflushed >= FlushRows) Flush(_appender);
            lock (_gate) _appended = order.UpTo;
        }
        finally
        {
            _return(order.Batch);
            _room.Release();
        }
    }

    // In a transaction of their own: statements that fail must not take rows with them.
    void Do(Action<DuckDBConnection> statements, TaskCompletionSource committed)
    {
        Commit();
        try
        {
            DuckDbSchema.Run(_connection, "begin transaction");
            statements(_connection);
            DuckDbSchema.Run(_connection, "commit");
            committed.SetResult();
        }
        catch (Exception cause) when (cause is DuckDBException or InvalidOperationException or IOException)
        {
            Rollback();
            committed.SetException(new IndexWriteException($"The index could not be written: {cause.Message}", cause));
        }
    }

    // DuckDB writes a whole row group once; a smaller commit goes through its log and is written again by the next checkpoint, which costs three times as much
    // a row. So when rows come fast, a commit waits for a whole one, a few intervals at most.
    bool IsDue()
    {
        if (_rows >= _options.CommitRows || _waiting.Count > 0 && _orders.Count == 0) return true;
        if (!_open) return false;
        var age = _clock.GetElapsedTime(_began);
        return age >= _options.CommitInterval && (_rows < _options.CommitRows / 6 || age >= 5 * _options.CommitInterval);
    }

    int Wait() => _open ? (int)Math.Clamp((_options.CommitInterval - _clock.GetElapsedTime(_began)).TotalMilliseconds, 20, 250) : 250;

    void Begin()
    {
        if (_open) return;
        DuckDbSchema.Run(_connection, "begin transaction");
        _open = true;
        _began = _clock.GetTimestamp();
    }

    void Commit()
    {
        if (_open)
        {
            CloseAppender();
            DuckDbSchema.Run(_connection, string.Create(CultureInfo.InvariantCulture,
                $"update journal_position set segment = {_appended.Segment}, frame = {_appended.Frame}, record = {_appended.Index}"));
            DuckDbSchema.Run(_connection, "commit");
            _open = false;
            _rows = _unflushed = 0;
            lock (_gate) _position = _appended;
        }

        foreach (var waiting in _waiting) waiting.SetResult();
        _waiting.Clear();
    }

    void CloseAppender()
    {
        if (_appender is not { } appender) return;
        _appender = null;
        using (appender)
            if (NativeMethods.Appender.DuckDBAppenderClose(appender) != DuckDBState.Success) throw Refused(appender);
    }

    // Out of the appender's buffer, into the transaction's: what is not held twice.
    void Flush(DuckDBAppender appender)
    {
        _unflushed = 0;
        if (NativeMethods.Appender.DuckDBAppenderFlush(appender) != DuckDBState.Success) throw Refused(appender);
    }

    // Nothing of the transaction stays; whoever hands rows over next is told to read them again.
    void GiveUp(Exception cause)
    {
        _appender?.Dispose();
        _appender = null;
        if (_open) Rollback();
        _open = false;
        lock (_gate)
        {
            if (_appended != _position || _handedOver != _position) _failure = cause;
            _appended = _position;
        }

        _rows = _unflushed = 0;
        var failed = new IndexWriteException($"The index could not be written: {cause.Message}", cause);
        foreach (var waiting in _waiting) waiting.SetException(failed);
        _waiting.Clear();
    }

    void Rollback()
    {
        try { DuckDbSchema.Run(_connection, "rollback"); }
        catch (DuckDBException) { }   // a failed commit has rolled back by itself
    }

    static InvalidOperationException Refused(DuckDBAppender appender)
    {
        using var error = NativeMethods.Appender.DuckDBAppenderErrorData(appender);
        return new InvalidOperationException(NativeMethods.ErrorData.DuckDBErrorDataMessage(error));
    }

    sealed record Order(IndexBatch? Batch, EventPosition UpTo, Action<DuckDBConnection>? Statements, TaskCompletionSource? Committed);
}
