using System.Data.Common;
using Dapper;

namespace AuditWatch.Storage.State;

public sealed partial class StateStore
{
    /// <summary>
    /// Hands out entries that are due, oldest first, and sets when each is due again should its consumers not mark it done by then: at least once, with a back-off
    /// that a restart keeps.
    /// </summary>
    public async Task<IReadOnlyList<OutboxEntry>> TakeDueAsync(int limit, CancellationToken stop) => await WriteAsync(async transaction =>
    {
        var connection = transaction.Connection!;
        var now = UnixMicros.Of(_clock);
        var due = (await connection.QueryAsync<OutboxRow>(Sql(
            "select id, alert_id, version, attempts from outbox where due_us <= @now order by due_us, id limit @limit",
            new { now, limit }, transaction, stop)).ConfigureAwait(false)).AsList();
        if (due.Count == 0) return (IReadOnlyList<OutboxEntry>)[];
        foreach (var alike in due.GroupBy(row => row.Attempts))
            await connection.ExecuteAsync(Sql(
                $"update outbox set attempts = attempts + 1, due_us = @again where id {_database.In("@ids")}",
                new { again = now + RetryMicros(alike.Key), ids = alike.Select(row => row.Id).ToArray() }, transaction, stop)).ConfigureAwait(false);
        var done = (await connection.QueryAsync<(long Entry, string Consumer)>(Sql(
            $"select outbox_id, consumer from outbox_done where outbox_id {_database.In("@ids")}",
            new { ids = due.ConvertAll(row => row.Id) }, transaction, stop)).ConfigureAwait(false)).ToLookup(mark => mark.Entry, mark => mark.Consumer);
        return due.ConvertAll(row => new OutboxEntry(row.Id, row.Alert_Id, row.Version, (int)row.Attempts + 1, [.. _outbox.Consumers.Except(done[row.Id])]) { DueMicros = now + RetryMicros(row.Attempts) });
    }, stop).ConfigureAwait(false);

    /// <summary>A consumer has dealt with entries. An entry that all have dealt with is forgotten. Marking twice, or what is forgotten, does nothing.</summary>
    public Task MarkDoneAsync(string consumer, IReadOnlyCollection<long> entries, CancellationToken stop) => WriteAsync(transaction => MarkDoneAsync(transaction, consumer, entries, stop), stop);

    async Task<int> MarkDoneAsync(DbTransaction transaction, string consumer, IReadOnlyCollection<long> entries, CancellationToken stop)
    {
        var connection = transaction.Connection!;
        var now = UnixMicros.Of(_clock);
        var forgotten = 0;
        foreach (var some in entries.Chunk(500))   // well under every database's limit of parameters
        {
            await connection.ExecuteAsync(Sql(
                $"""
                insert into outbox_done (outbox_id, consumer, done_us)
                select id, @consumer, @now from outbox where id {_database.In("@some")}
                on conflict do nothing
                """, new { consumer, now, some }, transaction, stop)).ConfigureAwait(false);
            await connection.ExecuteAsync(Sql(
                $"delete from outbox_failure where outbox_id {_database.In("@some")} and consumer = @consumer and parked_us is null", new { some, consumer }, transaction, stop)).ConfigureAwait(false);
            forgotten += await connection.ExecuteAsync(Sql(
                $"""
                delete from outbox where id {_database.In("@some")}
                and (select count(*) from outbox_done where outbox_id = outbox.id and consumer {_database.In("@consumers")}) = @all
                """, new { some, consumers = _outbox.Consumers, all = _outbox.Consumers.Count }, transaction, stop)).ConfigureAwait(false);
        }

        return forgotten;
    }

    /// <summary>Whether a consumer has dealt with an entry (an entry that is forgotten, all have).</summary>
    public Task<bool> IsDoneAsync(string consumer, long entry, CancellationToken stop) => ReadAsync(connection => connection.QuerySingleAsync<bool>(Sql(
        """
        select exists (select 1 from outbox_done where outbox_id = @entry and consumer = @consumer)
            or not exists (select 1 from outbox where id = @entry)
        """, new { consumer, entry }, null, stop)), stop);

    /// <summary>How many entries wait, and since when the oldest does (microseconds since 1970; null when none).</summary>
    public async Task<(long Waiting, long? OldestMicros)> OutboxBacklogAsync(CancellationToken stop)
    {
        var row = await ReadAsync(connection => connection.QuerySingleAsync<(long Waiting, long? Oldest)>(Sql(
            "select count(*), min(created_us) from outbox", null, null, stop)), stop).ConfigureAwait(false);
        return row;
    }

    long RetryMicros(long attemptsBefore)
    {
        var first = UnixMicros.From(_outbox.FirstRetry);
        var longest = UnixMicros.From(_outbox.LongestRetry);
        return attemptsBefore >= 30 ? longest : Math.Min(longest, first << (int)attemptsBefore);
    }

    sealed record OutboxRow(long Id, string Alert_Id, long Version, long Attempts);
}
