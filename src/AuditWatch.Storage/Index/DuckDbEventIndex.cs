using System.Collections.Concurrent;
using System.Globalization;
using AuditWatch.Events;
using AuditWatch.Storage.State;
using DuckDB.NET.Data;

namespace AuditWatch.Storage.Index;

/// <summary>
/// The embedded index: one DuckDB file, <c>index.duckdb</c>. All writing happens on one thread of its own, so that a checkpoint, which can take half a second,
/// stops nobody; every question has its own connection in a read-only transaction.
/// </summary>
public sealed partial class DuckDbEventIndex : IEventIndex
{
    readonly string _file;
    readonly string _connectionString;
    readonly DuckDBConnection _anchor;   // keeps the database open between questions
    readonly DuckDbWriter? _writer;
    readonly ConcurrentBag<IndexBatch> _free = [];
    readonly EventPosition _readOnlyPosition;

    DuckDbEventIndex(string file, string connectionString, DuckDBConnection anchor, bool rebuilt, DuckDbIndexOptions options, TimeProvider clock)
    {
        _file = file;
        _connectionString = connectionString;
        _anchor = anchor;
        IsRebuilding = rebuilt;
        var position = DuckDbWriter.ReadPosition(anchor);
        if (options.ReadOnly) _readOnlyPosition = position;
        else _writer = new DuckDbWriter(NewConnection(), NewConnection(), position, options, clock, Return);
    }

    /// <inheritdoc/>
    public EventPosition Position => _writer?.Position ?? _readOnlyPosition;

    /// <summary>Whether opening found an index of another version and put an empty one in its place: the journal has to be read from the start.</summary>
    public bool IsRebuilding { get; }

    /// <summary>Opens the index of a data folder; creates it, or replaces one that another version wrote, unless it is opened read-only.</summary>
    /// <exception cref="IndexBusyException">Another process has it open.</exception>
    /// <exception cref="IndexUnusableException">The file is damaged, missing (read-only), or of another version (read-only).</exception>
    public static Task<DuckDbEventIndex> OpenAsync(string dataFolder, DuckDbIndexOptions options, TimeProvider clock, CancellationToken stop = default) =>
        Task.Run(() => Open(Path.GetFullPath(Path.Combine(dataFolder, "index.duckdb")), options, clock), stop);

    static DuckDbEventIndex Open(string file, DuckDbIndexOptions options, TimeProvider clock)
    {
        if (options.ReadOnly && !File.Exists(file)) throw new IndexUnusableException(file, "there is no index yet.");
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        var connectionString = ConnectionStringOf(file, options);
        var anchor = Connect(file, connectionString);
        var rebuilt = false;
        try
        {
            var version = DuckDbSchema.VersionOf(anchor);
            if (version != DuckDbSchema.Version)
            {
                if (options.ReadOnly)
                    throw new IndexUnusableException(file, $"it has the schema {version ?? "of no version"}, this AuditWatch reads {DuckDbSchema.Version}; start the server once, it builds the index again.");
                if (version is not null)
                {
                    anchor.Dispose();
                    File.Delete(file);
                    File.Delete(file + ".wal");
                    anchor = Connect(file, connectionString);
                    rebuilt = true;
                }

                DuckDbSchema.Create(anchor);
            }

            return new DuckDbEventIndex(file, connectionString, anchor, rebuilt, options, clock);
        }
        catch (DuckDBException damaged)
        {
            anchor.Dispose();
            throw new IndexUnusableException(file, damaged.Message, damaged);
        }
        catch
        {
            anchor.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public IndexBatch RentBatch() => _free.TryTake(out var batch) ? batch : new IndexBatch();

    /// <inheritdoc/>
    public Task IndexAsync(IndexBatch batch, EventPosition upTo, CancellationToken stop) => Writer.IndexAsync(batch, upTo, stop);

    /// <inheritdoc/>
    public Task FlushAsync(CancellationToken stop) => Writer.FlushAsync(stop);

    /// <inheritdoc/>
    public Task PutAlertsAsync(IReadOnlyList<StoredAlert> alerts, CancellationToken stop) =>
        alerts.Count == 0 ? Task.CompletedTask : Writer.DoBesideAsync(connection => DuckDbAlerts.Put(connection, alerts), stop);

    /// <summary>Runs statements as the writer, in a transaction of their own.</summary>
    internal Task DoAsync(Action<DuckDBConnection> statements, CancellationToken stop) => Writer.DoAsync(statements, stop);

    /// <inheritdoc/>
    public Task ForgetBeforeAsync(int segment, CancellationToken stop) => DoAsync(connection => DuckDbSchema.Run(connection,
        string.Create(CultureInfo.InvariantCulture, $"delete from stored_event where segment < {segment}")), stop);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (_writer is not null) await _writer.DisposeAsync().ConfigureAwait(false);
        await _anchor.DisposeAsync().ConfigureAwait(false);   // the last to close makes DuckDB write its log into the file
    }

    DuckDbWriter Writer => _writer ?? throw new InvalidOperationException($"{_file}: opened for reading only.");

    void Return(IndexBatch batch)
    {
        batch.Clear();
        if (_free.Count < 8) _free.Add(batch);
    }

    DuckDBConnection NewConnection() => Connect(_file, _connectionString);

    // Nobody who asks a question can reach a file, load an extension, or loosen any of this: the configuration is locked.
    static string ConnectionStringOf(string file, DuckDbIndexOptions options) => string.Create(CultureInfo.InvariantCulture,
        $"Data Source={file};access_mode={(options.ReadOnly ? "READ_ONLY" : "READ_WRITE")};memory_limit={options.MemoryMegabytes}MB;threads={options.Threads};" +
        $"checkpoint_threshold=64MB;preserve_insertion_order=false;late_materialization_max_rows=5000;enable_external_access=false;autoinstall_known_extensions=false;" +
        $"autoload_known_extensions=false;lock_configuration=true{(options.ReadOnly ? "" : ";storage_compatibility_version=latest")}");

    static DuckDBConnection Connect(string file, string connectionString)
    {
        var connection = new DuckDBConnection(connectionString);
        try
        {
            connection.Open();
            return connection;
        }
        catch (DuckDBException failed)
        {
            connection.Dispose();
            if (failed.Message.Contains("lock on file", StringComparison.Ordinal)) throw new IndexBusyException(file, failed);
            throw new IndexUnusableException(file, failed.Message, failed);
        }
    }
}
