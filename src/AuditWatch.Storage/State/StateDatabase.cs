using System.Data.Common;
using AuditWatch.Detection.State;
using Dapper;

namespace AuditWatch.Storage.State;

/// <summary>What differs between the databases that can hold the state. Everything else is one SQL, in <see cref="StateStore"/>.</summary>
internal abstract class StateDatabase : IAsyncDisposable
{
    /// <summary>For messages: what and where.</summary>
    public abstract string Place { get; }

    /// <summary>Whether the last call got through. A file always does.</summary>
    public virtual bool IsReachable => true;

    /// <summary>Brings the schema up to date; does nothing when it is. Refuses a schema that a newer version wrote.</summary>
    public abstract Task MigrateAsync(CancellationToken stop);

    /// <summary>An open connection, durable on commit.</summary>
    public abstract Task<DbConnection> OpenAsync(CancellationToken stop);

    /// <summary>Reads from a connection of its own.</summary>
    public abstract Task<T> ReadAsync<T>(Func<DbConnection, Task<T>> read, CancellationToken stop);

    /// <summary>
    /// All or nothing: whatever throws between the first statement and the commit leaves everything as it was. One writer at a time, but for what is written
    /// <paramref name="alongside"/>: it touches rows that only its own reader writes, or rows that lock themselves. <paramref name="write"/> may be called again when
    /// the database says that nothing of the first try was kept.
    /// </summary>
    public abstract Task<T> WriteAsync<T>(Func<DbTransaction, Task<T>> write, bool alongside, CancellationToken stop);

    /// <summary>The condition that a column is one of a parameter's values, to be put behind the column. The parameter must be an array or a list.</summary>
    public abstract string In(string parameter);

    /// <summary>Applies changes of detection state in their order: the last one of a key counts.</summary>
    public abstract Task ApplyAsync(DbTransaction transaction, string reader, IReadOnlyList<StateChange> changes, CancellationToken stop);

    /// <inheritdoc/>
    public abstract ValueTask DisposeAsync();

    protected static CommandDefinition Sql(string text, object? values, DbTransaction? transaction, CancellationToken stop) =>
        new(text, values, transaction, cancellationToken: stop);
}
