using System.Data.Common;
using System.Reflection;
using DbUp;
using DbUp.Engine.Output;
using Microsoft.Data.Sqlite;

namespace AuditWatch.Storage.State;

/// <summary>The embedded state: one SQLite file, write-ahead log, every commit on the disk before it returns.</summary>
internal sealed class SqliteStateDatabase : StateDatabase
{
    const string Suffix = ".sqlite.sql";
    const int BusySeconds = 30;
    readonly string _file;
    readonly string _connection;

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

    public override void Migrate()
    {
        Directory.CreateDirectory(Path.GetDirectoryName(_file)!);
        using (var setup = Open())
        {
            // Only setting it writes; a second opener must not have to wait for a writer that is at work.
            if (Pragma(setup, "pragma journal_mode") is not "wal") Pragma(setup, "pragma journal_mode = wal");
        }

        var steps = DeployChanges.To.SqliteDatabase(_connection)
            .WithScriptsEmbeddedInAssembly(Assembly.GetExecutingAssembly(), name => name.EndsWith(Suffix, StringComparison.Ordinal))
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
