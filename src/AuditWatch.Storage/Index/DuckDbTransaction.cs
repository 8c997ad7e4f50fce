using System.Globalization;
using AuditWatch.Events;
using DuckDB.NET.Data;
using DuckDB.NET.Native;
using DuckDBAppender = DuckDB.NET.Native.DuckDBAppender;

namespace AuditWatch.Storage.Index;

/// <summary>The writer's open transaction: rows gathered since the last commit, and the position that goes with them.</summary>
internal sealed class DuckDbTransaction(DuckDBConnection connection, TimeProvider clock) : IDisposable
{
    // Rows wait twice, in the appender and, once flushed, in the transaction; neither may grow beyond what memory was promised for.
    const int FlushRows = 20_480;
    const long FlushBytes = 32 << 20;
    // Half of what DuckDB is given by default: a commit needs its blocks in memory.
    const long CommitBytes = 128L << 20;

    readonly DuckDbChunk _chunk = new(connection);
    DuckDBAppender? _appender;
    long _began, _bytes, _unflushedBytes;
    int _unflushed;

    public bool IsOpen { get; private set; }

    public int Rows { get; private set; }

    /// <summary>Whether it is too large to wait for more.</summary>
    public bool IsLarge => _bytes >= CommitBytes;

    /// <summary>How long its oldest row has waited.</summary>
    public TimeSpan Age => IsOpen ? clock.GetElapsedTime(_began) : TimeSpan.Zero;

    public void Append(IndexBatch batch, int from)
    {
        if (!IsOpen)
        {
            DuckDbSchema.Run(connection, "begin transaction");
            IsOpen = true;
            _began = clock.GetTimestamp();
        }

        _appender ??= DuckDbChunk.NewAppender(connection);
        if (!_chunk.TryAppend(_appender, batch, from)) throw Refused(_appender);
        Rows += batch.Count - from;
        _unflushed += batch.Count - from;
        _bytes += batch.TextBytes;
        _unflushedBytes += batch.TextBytes;
        if (_unflushed < FlushRows && _unflushedBytes < FlushBytes) return;
        (_unflushed, _unflushedBytes) = (0, 0);
        if (NativeMethods.Appender.DuckDBAppenderFlush(_appender) != DuckDBState.Success) throw Refused(_appender);
    }

    public void Commit(EventPosition upTo)
    {
        if (!IsOpen) return;
        if (_appender is { } appender)
        {
            _appender = null;
            using (appender)
                if (NativeMethods.Appender.DuckDBAppenderClose(appender) != DuckDBState.Success) throw Refused(appender);
        }

        DuckDbSchema.Run(connection, string.Create(CultureInfo.InvariantCulture,
            $"update journal_position set segment = {upTo.Segment}, frame = {upTo.Frame}, record = {upTo.Index}"));
        DuckDbSchema.Run(connection, "commit");
        Forget();
    }

    /// <summary>Nothing of it stays.</summary>
    public void Rollback()
    {
        _appender?.Dispose();
        _appender = null;
        if (IsOpen) DuckDbSchema.TryRollback(connection);
        Forget();
    }

    public void Dispose()
    {
        Rollback();
        _chunk.Dispose();
    }

    void Forget()
    {
        IsOpen = false;
        Rows = _unflushed = 0;
        _bytes = _unflushedBytes = 0;
    }

    static InvalidOperationException Refused(DuckDBAppender appender)
    {
        using var error = NativeMethods.Appender.DuckDBAppenderErrorData(appender);
        return new InvalidOperationException(NativeMethods.ErrorData.DuckDBErrorDataMessage(error));
    }
}
