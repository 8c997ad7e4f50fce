using DuckDB.NET.Data;

namespace AuditWatch.Storage.Index;

/// <summary>The rows of a question in SQL, read as they are asked for. Dispose it: an answer half read holds a transaction open.</summary>
public sealed class SqlAnswer : IDisposable
{
    readonly DuckDBConnection _connection;
    readonly DuckDBCommand _command;
    readonly DuckDBDataReader _reader;
    readonly int _limit;
    readonly CancellationTokenSource _deadline;
    readonly CancellationTokenRegistration _interrupt;
    readonly CancellationToken _stop;

    internal SqlAnswer(DuckDBConnection connection, DuckDBCommand command, DuckDBDataReader reader, int limit, CancellationTokenSource deadline,
        CancellationTokenRegistration interrupt, CancellationToken stop)
    {
        _connection = connection;
        _command = command;
        _reader = reader;
        _limit = limit;
        _deadline = deadline;
        _interrupt = interrupt;
        _stop = stop;
        Columns = [.. Enumerable.Range(0, reader.FieldCount).Select(at => new SqlColumn(reader.GetName(at), reader.GetDataTypeName(at)))];
    }

    /// <summary>The columns, in order. Names may repeat.</summary>
    public IReadOnlyList<SqlColumn> Columns { get; }

    /// <summary>Whether there were more rows than the limit allowed; known when the rows are read.</summary>
    public bool IsCutOff { get; private set; }

    /// <summary>The rows, once: null, bool, string, whole and decimal numbers, DateTime (UTC), TimeSpan, Guid, byte[], and lists and dictionaries of those.</summary>
    /// <exception cref="SqlRefusedException">It took too long, or failed half way.</exception>
    public IEnumerable<IReadOnlyList<object?>> Rows()
    {
        for (var count = 0; Next(); count++)
        {
            if (_limit > 0 && count == _limit)
            {
                IsCutOff = true;
                yield break;
            }

            var row = new object?[Columns.Count];
            for (var at = 0; at < row.Length; at++) row[at] = _reader.IsDBNull(at) ? null : _reader.GetValue(at);
            yield return row;
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _interrupt.Dispose();
        _reader.Dispose();
        _command.Dispose();
        _connection.Dispose();   // and with it its transaction
        _deadline.Dispose();
    }

    bool Next()
    {
        try
        {
            return _reader.Read();
        }
        catch (Exception failed) when (SqlGuard.IsRefusal(failed))
        {
            _stop.ThrowIfCancellationRequested();
            throw SqlGuard.Refusal(failed, _deadline.IsCancellationRequested);
        }
    }
}
