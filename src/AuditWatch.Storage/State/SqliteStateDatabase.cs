using System.Data.Common;
using System.Reflection;
using AuditWatch.Detection.State;
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

    // By the thousand: two prepared commands whose parameters are made once.
    public override Task ApplyAsync(DbTransaction transaction, string reader, IReadOnlyList<StateChange> changes, CancellationToken stop)
    {
        if (changes.Count == 0) return Task.CompletedTask;
        var (connection, within) = ((SqliteConnection)transaction.Connection!, (SqliteTransaction)transaction);
        using var delete = Prepare(connection, within, "delete from detection_state where reader = @reader and cluster = @cluster and kind = @kind and state_key = @key", reader);
        using var put = Prepare(connection, within,
            """
            insert into detection_state (reader, cluster, kind, state_key, value, expires_us)
            values (@reader, @cluster, @kind, @key, @value, @expires)
            on conflict (reader, cluster, kind, state_key) do update set value = excluded.value, expires_us = excluded.expires_us
            """, reader, new SqliteParameter("@value", SqliteType.Blob), new SqliteParameter("@expires", SqliteType.Integer));
        foreach (var change in changes)
        {
            stop.ThrowIfCancellationRequested();
            var command = change.Value is null ? delete : put;
            var values = command.Parameters;
            values[1].Value = StoredText.Keep(change.Cluster);
            values[2].Value = change.Kind;
            values[3].Value = StoredText.Keep(change.Key);
            if (change.Value is not null) (values[4].Value, values[5].Value) = (change.Value, change.ExpiresMicros);
            command.ExecuteNonQuery();
        }
        return Task.CompletedTask;
    }

    static SqliteCommand Prepare(SqliteConnection connection, SqliteTransaction transaction, string text, string reader, params SqliteParameter[] more)
    {
#pragma warning disable CA2100 // the caller's literals
        var command = new SqliteCommand(text, connection, transaction);
#pragma warning restore CA2100
        command.Parameters.Add(new SqliteParameter("@reader", reader));
        command.Parameters.Add(new SqliteParameter("@cluster", SqliteType.Text));
        command.Parameters.Add(new SqliteParameter("@kind", SqliteType.Text));
        command.Parameters.Add(new SqliteParameter("@key", SqliteType.Text));
        command.Parameters.AddRange(more);
        return command;
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
