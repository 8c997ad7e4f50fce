using System.Data.Common;
using AuditWatch.Detection.State;
using Npgsql;

namespace AuditWatch.Storage.State;

/// <summary>
/// The state in PostgreSQL. Writers of all processes take turns by an advisory lock; those that write alongside share it. Every transaction leaves its number in a row of
/// its writer, so that after a commit whose answer was lost the database itself says whether it holds: what was written is never written twice, and never lost.
/// </summary>
internal sealed class PostgresStateDatabase : StateDatabase
{
    readonly PostgresPlace _place;
    readonly PostgresWaits _waits;
    readonly TimeProvider _clock;
    readonly NpgsqlDataSource _source;
    readonly PostgresWriter _alone, _alongside;
    bool _isReachable = true;

    public PostgresStateDatabase(PostgresPlace place, TimeProvider clock, PostgresWaits? waits = null)
    {
        (_place, _clock, _waits) = (place, clock, waits ?? new PostgresWaits());
        _source = SourceOf(place, _waits);
        _alone = new PostgresWriter(isShared: false, clock);
        _alongside = new PostgresWriter(isShared: true, clock);
    }

    public override string Place => _place.ToString();

    public override bool IsReachable => Volatile.Read(ref _isReachable);

    public override Task MigrateAsync(CancellationToken stop) => PatientlyAsync(async () =>
    {
        var connection = await _source.OpenConnectionAsync(stop).ConfigureAwait(false);
        await using (connection.ConfigureAwait(false)) await PostgresMigrations.RunAsync(connection, _place, stop).ConfigureAwait(false);
        return 0;
    }, _waits.Write, stop);

    public override async Task<DbConnection> OpenAsync(CancellationToken stop) => await _source.OpenConnectionAsync(stop).ConfigureAwait(false);

    public override Task<T> ReadAsync<T>(Func<DbConnection, Task<T>> read, CancellationToken stop) => PatientlyAsync(async () =>
    {
        var connection = await _source.OpenConnectionAsync(stop).ConfigureAwait(false);
        await using (connection.ConfigureAwait(false)) return await read(connection).ConfigureAwait(false);
    }, _waits.Read, stop);

    public override Task<T> WriteAsync<T>(Func<DbTransaction, Task<T>> write, bool alongside, CancellationToken stop)
    {
        var writer = alongside ? _alongside : _alone;
        return writer.InTurnAsync(number =>
        {
            T? inDoubt = default;
            var isInDoubt = false;
            return PatientlyAsync(async () =>
            {
                var connection = await _source.OpenConnectionAsync(stop).ConfigureAwait(false);
                await using (connection.ConfigureAwait(false))
                {
                    if (isInDoubt && await writer.HasWrittenAsync(connection, number, stop).ConfigureAwait(false)) return inDoubt!;
                    isInDoubt = false;
                    var transaction = await connection.BeginTransactionAsync(stop).ConfigureAwait(false);
                    await using (transaction.ConfigureAwait(false))
                    {
                        await writer.TakeAsync(transaction, number, stop).ConfigureAwait(false);
                        var result = await write(transaction).ConfigureAwait(false);
                        (inDoubt, isInDoubt) = (result, true);
                        await transaction.CommitAsync(stop).ConfigureAwait(false);
                        return result;
                    }
                }
            }, _waits.Write, stop);
        }, stop);
    }

    public override string In(string parameter) => $"= any({parameter})";

    public override Task ApplyAsync(DbTransaction transaction, string reader, IReadOnlyList<StateChange> changes, CancellationToken stop) =>
        PostgresDetectionState.ApplyAsync((NpgsqlTransaction)transaction, reader, changes, stop);

    public override async ValueTask DisposeAsync()
    {
        await _alone.DisposeAsync().ConfigureAwait(false);
        await _alongside.DisposeAsync().ConfigureAwait(false);
        await _source.DisposeAsync().ConfigureAwait(false);
    }

    async Task<T> PatientlyAsync<T>(Func<Task<T>> act, TimeSpan patience, CancellationToken stop)
    {
        var began = _clock.GetTimestamp();
        for (var pause = TimeSpan.FromMilliseconds(50); ; pause = TimeSpan.FromTicks(Math.Min(pause.Ticks * 2, TimeSpan.TicksPerSecond)))
        {
            try
            {
                var result = await act().ConfigureAwait(false);
                Volatile.Write(ref _isReachable, true);
                return result;
            }
            catch (Exception fault) when (PostgresFaults.PassesByItself(fault) && _clock.GetElapsedTime(began) < patience)
            {
                Volatile.Write(ref _isReachable, false);
                await Task.Delay(pause, _clock, stop).ConfigureAwait(false);
            }
            catch (Exception fault) when (PostgresFaults.Explain(fault, _place, _waits) is { } sentence)
            {
                throw new StateUnavailableException(sentence, fault);
            }
        }
    }

    static NpgsqlDataSource SourceOf(PostgresPlace place, PostgresWaits waits)
    {
        var builder = new NpgsqlDataSourceBuilder(new NpgsqlConnectionStringBuilder
        {
            Host = place.Host,
            Port = place.Port,
            Database = place.Database,
            Username = place.Username,
            SslMode = place.Tls ? SslMode.VerifyFull : SslMode.Disable,
            RootCertificate = place.Tls ? place.CaFile : null,
            MaxPoolSize = place.MaxConnections,
            Timeout = waits.ConnectSeconds,
            CommandTimeout = waits.CommandSeconds,
            KeepAlive = 30,
            MaxAutoPrepare = 60,
            ApplicationName = "auditwatch",
            // A writer that was stopped or cut off in the middle must not hold the lock for ever.
            Options = $"-c lock_timeout={waits.LockSeconds}s -c idle_in_transaction_session_timeout={waits.IdleSeconds}s",
        }.ToString());
        builder.ConfigureTypeLoading(types => types.EnableTypeLoading(false));   // only types that every server has
        if (place.Password is { } password) builder.UsePasswordProvider(_ => password(), (_, _) => ValueTask.FromResult(password()));
        return builder.Build();
    }
}
