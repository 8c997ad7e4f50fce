using System.Data.Common;
using System.Reflection;
using AuditWatch.Detection.State;
using Dapper;
using DbUp;
using DbUp.Engine.Output;
using Microsoft.Data.Sqlite;

namespace AuditWatch.Storage.State;

/// <summary>The embedded state: one SQLite file, write-ahead log, every commit on the disk before it returns.</summary>
internal sealed class SqliteStateDatabase : StateDatabase
{
    const int BusySeconds = 30;
    readonly string _file;
    readonly string _connection;
    readonly SemaphoreSlim _writing = new(1, 1);
    DbConnection? _writer;

    public SqliteStateDatabase(string file)
    {
        _file = Path.GetFullPath(file);
        _connection = new SqliteConnectionStringBuilder
        {
            DataSource = _file,
            Mode = SqliteOpenMode.ReadWriteCreate,
            ForeignKeys = true,
            Pooling = true,
            DefaultTimeout = BusySeconds,
        }.ToString();
    }

    public override string Place => _file;

    public override Task MigrateAsync(CancellationToken stop) => Task.Run(Migrate, stop);

    public override string In(string parameter) => "in " + parameter;   // Dapper writes out one parameter a value

    public override async Task<T> ReadAsync<T>(Func<DbConnection, Task<T>> read, CancellationToken stop)
    {
        var connection = Open();
        await using (connection.ConfigureAwait(false)) return await read(connection).ConfigureAwait(false);
    }

    public override async Task<T> WriteAsync<T>(Func<DbTransaction, Task<T>> write, bool alongside, CancellationToken stop)
    {
        await _writing.WaitAsync(stop).ConfigureAwait(false);
        try
        {
            return await Task.Run(async () =>   // SQLite's calls block; the caller's thread need not wait for the disk
            {
                _writer ??= Open();
                var transaction = await _writer.BeginTransactionAsync(stop).ConfigureAwait(false);
                await using (transaction.ConfigureAwait(false))
                {
                    var result = await write(transaction).ConfigureAwait(false);
                    await transaction.CommitAsync(stop).ConfigureAwait(false);
                    return result;
                }
            }, stop).ConfigureAwait(false);
        }
        finally
        {
            _writing.Release();
        }
    }

    // Runs of the same kind of statement share one prepared command.
    public override async Task ApplyAsync(DbTransaction transaction, string reader, IReadOnlyList<StateChange> changes, CancellationToken stop)
    {
        for (var from = 0; from < changes.Count;)
        {
            var deletes = changes[from].Value is null;
            var to = from + 1;
            while (to < changes.Count && changes[to].Value is null == deletes) to++;
            var run = changes.Skip(from).Take(to - from).Select(change => new
            {
                reader,
                cluster = StoredText.Keep(change.Cluster),
                change.Kind,
                key = StoredText.Keep(change.Key),
                change.Value,
                change.ExpiresMicros,
            });
            await transaction.Connection!.ExecuteAsync(Sql(deletes
                ? "delete from detection_state where reader = @reader and cluster = @cluster and kind = @Kind and state_key = @key"
                : """
                  insert into detection_state (reader, cluster, kind, state_key, value, expires_us)
                  values (@reader, @cluster, @Kind, @key, @Value, @ExpiresMicros)
                  on conflict (reader, cluster, kind, state_key) do update set value = excluded.value, expires_us = excluded.expires_us
                  """, run, transaction, stop)).ConfigureAwait(false);
            from = to;
        }
    }

    public override async ValueTask DisposeAsync()
    {
        await _writing.WaitAsync().ConfigureAwait(false);
        if (_writer is not null) await _writer.DisposeAsync().ConfigureAwait(false);
        _writer = null;
        _writing.Dispose();
    }

    void Migrate()
    {
        Directory.CreateDirectory(Path.GetDirectoryName(_file)!);
        using (var setup = Open())
        {
            // Only setting it writes; a second opener must not have to wait for a writer that is at work.
            if (Pragma(setup, "pragma journal_mode") is not "wal") Pragma(setup, "pragma journal_mode = wal");
        }

        var steps = DeployChanges.To.SqliteDatabase(_connection)
            .WithScriptsEmbeddedInAssembly(Assembly.GetExecutingAssembly(), StateMigration.IsForSqlite)
            .WithTransactionPerScript()
            .LogTo(new NoUpgradeLog())
            .Build();
        var known = steps.GetDiscoveredScripts().Select(script => script.Name).ToHashSet(StringComparer.Ordinal);
        var newer = steps.GetExecutedScripts().FirstOrDefault(name => !known.Contains(name));
        if (newer is not null)
            throw new StateSchemaException($"{_file}: written by a newer AuditWatch (it has the migration {newer}, which this version does not know). " +
                                           "Use that version, or another data folder.");
        if (!steps.IsUpgradeRequired()) return;
        var result = steps.PerformUpgrade();
        if (!result.Successful && steps.IsUpgradeRequired())   // another process may have done it meanwhile
            throw new StateSchemaException($"{_file}: the migration {result.ErrorScript?.Name} failed: {result.Error?.Message}", result.Error);
    }

    public override Task<DbConnection> OpenAsync(CancellationToken stop) => Task.FromResult<DbConnection>(Open());

    SqliteConnection Open()
    {
        var connection = new SqliteConnection(_connection);
        try
        {
            connection.Open();
            Pragma(connection, "pragma synchronous = full");
            return connection;
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    static string? Pragma(SqliteConnection connection, string text)
    {
        using var command = connection.CreateCommand();
#pragma warning disable CA2100 // the callers' literals
        command.CommandText = text;
#pragma warning restore CA2100
        return command.ExecuteScalar() as string;
    }

    sealed class NoUpgradeLog : IUpgradeLog
    {
        public void LogTrace(string format, params object[] args) { }
        public void LogDebug(string format, params object[] args) { }
        public void LogInformation(string format, params object[] args) { }
        public void LogWarning(string format, params object[] args) { }
        public void LogError(string format, params object[] args) { }
        public void LogError(Exception ex, string format, params object[] args) { }
    }
}
