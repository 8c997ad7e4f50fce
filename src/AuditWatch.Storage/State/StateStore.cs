using System.Data.Common;
using Dapper;

namespace AuditWatch.Storage.State;

/// <summary>
/// What changes and must survive: reader positions, detection state, alerts and their triage, clusters and their credentials, quarantine notes, and the outbox.
/// One writer at a time; readers never wait for it. A returned write is on the disk: of the data folder (SQLite), or of a PostgreSQL server.
/// </summary>
public sealed partial class StateStore : IAsyncDisposable
{
    readonly StateDatabase _database;
    readonly TimeProvider _clock;
    readonly OutboxOptions _outbox;

    StateStore(StateDatabase database, TimeProvider clock, OutboxOptions outbox)
    {
        _database = database;
        _clock = clock;
        _outbox = outbox;
    }

    /// <summary>For messages: what holds the state, and where.</summary>
    public string Place => _database.Place;

    /// <summary>Whether the database answered when it was last asked; asks nothing itself.</summary>
    public bool IsReachable => _database.IsReachable;

    /// <summary>Opens (and creates or migrates) the embedded state, <c>state.db</c> of a data folder.</summary>
    /// <exception cref="StateSchemaException">A newer version wrote it, or a migration failed.</exception>
    public static Task<StateStore> OpenEmbeddedAsync(string dataFolder, TimeProvider clock, OutboxOptions? outbox = null, CancellationToken stop = default) =>
        OpenAsync(new SqliteStateDatabase(Path.Combine(dataFolder, "state.db")), clock, outbox, stop);

    /// <summary>Opens (and creates the tables of, or migrates) the state in a PostgreSQL database that exists.</summary>
    /// <exception cref="StateSchemaException">A newer version wrote it, a migration failed, or the database cannot hold it.</exception>
    /// <exception cref="StateUnavailableException">The server does not answer, or does not let us in.</exception>
    public static Task<StateStore> OpenPostgresAsync(PostgresPlace place, TimeProvider clock, OutboxOptions? outbox = null, CancellationToken stop = default) =>
        OpenAsync(new PostgresStateDatabase(place, clock), clock, outbox, stop);

    internal static async Task<StateStore> OpenAsync(StateDatabase database, TimeProvider clock, OutboxOptions? outbox, CancellationToken stop)
    {
        try
        {
            await database.MigrateAsync(stop).ConfigureAwait(false);
            return new StateStore(database, clock, outbox ?? new OutboxOptions());
        }
        catch
        {
            await database.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _database.DisposeAsync();

    Task<T> ReadAsync<T>(Func<DbConnection, Task<T>> read, CancellationToken stop) => _database.ReadAsync(read, stop);

    Task<T> WriteAsync<T>(Func<DbTransaction, Task<T>> write, CancellationToken stop) => _database.WriteAsync(write, alongside: false, stop);

    static CommandDefinition Sql(string text, object? values, DbTransaction? transaction, CancellationToken stop) =>
        new(text, values, transaction, cancellationToken: stop);
}
