using System.Data.Common;
using System.Globalization;
using System.Security.Cryptography;
using Dapper;

namespace AuditWatch.Storage.State;

/// <summary>
/// One of a process's two ways to write: alone, or alongside others that do not touch the same rows. Its transactions come one after another and leave their number in its
/// row of <c>state_writer</c>.
/// </summary>
sealed class PostgresWriter(bool isShared, TimeProvider clock) : IAsyncDisposable
{
    const long Lock = 0x4157_5354_0002;
    static readonly TimeSpan Forgotten = TimeSpan.FromDays(7);
    readonly string _name = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16));
    readonly SemaphoreSlim _turn = new(1, 1);
    readonly string _take = string.Create(CultureInfo.InvariantCulture, $"""
        select pg_advisory_xact_lock{(isShared ? "_shared" : "")}({Lock}), case when current_setting('synchronous_commit') = 'off' then set_config('synchronous_commit', 'on', true) end;
        insert into state_writer (writer, number, seen_us) values (@writer, @number, @now) on conflict (writer) do update set number = excluded.number, seen_us = excluded.seen_us
        """);
    long _number;
    int _isDisposed;

    /// <summary>Runs a write when those before it have ended.</summary>
    public async Task<T> InTurnAsync<T>(Func<long, Task<T>> write, CancellationToken stop)
    {
        await _turn.WaitAsync(stop).ConfigureAwait(false);
        try
        {
            return await write(++_number).ConfigureAwait(false);
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <summary>Takes the lock for a transaction, and leaves its number.</summary>
    public async Task TakeAsync(DbTransaction transaction, long number, CancellationToken stop)
    {
        var now = UnixMicros.Of(clock);
        await transaction.Connection!.ExecuteAsync(new CommandDefinition(_take, new { writer = _name, number, now }, transaction, cancellationToken: stop)).ConfigureAwait(false);
        if (number == 1 && !isShared)   // rows of processes that ended long ago
            await transaction.Connection!.ExecuteAsync(new CommandDefinition(
                "delete from state_writer where seen_us < @old", new { old = now - UnixMicros.From(Forgotten) }, transaction, cancellationToken: stop)).ConfigureAwait(false);
    }

    /// <summary>Whether a transaction was committed. Waits for it should the server still be at it.</summary>
    public async Task<bool> HasWrittenAsync(DbConnection connection, long number, CancellationToken stop)
    {
        // A row that the transaction holds is waited for. The very first transaction's row is seen by nobody before it ends; the same key cannot be put in beside it.
        await connection.ExecuteAsync(new CommandDefinition(
            "insert into state_writer (writer, number, seen_us) values (@writer, 0, @now) on conflict (writer) do nothing", new { writer = _name, now = UnixMicros.Of(clock) }, cancellationToken: stop)).ConfigureAwait(false);
        return await connection.QuerySingleAsync<long>(new CommandDefinition(
            "select number from state_writer where writer = @writer for update", new { writer = _name }, cancellationToken: stop)).ConfigureAwait(false) >= number;
    }

    /// <summary>Lets a write that is under way end.</summary>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _isDisposed, 1) == 1) return;
        await _turn.WaitAsync().ConfigureAwait(false);
        _turn.Dispose();
    }
}
