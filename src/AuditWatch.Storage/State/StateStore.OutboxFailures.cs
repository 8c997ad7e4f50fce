using System.Data.Common;
using Dapper;

namespace AuditWatch.Storage.State;

public sealed partial class StateStore
{
    /// <summary>A broker has entries and will deliver them: they are handed out again only after a long wait, in case it lost them. What came due otherwise meanwhile stays so.</summary>
    public Task MarkSentAsync(IReadOnlyCollection<OutboxEntry> entries, CancellationToken stop) => entries.Count == 0 ? Task.CompletedTask : WriteAsync(transaction =>
        transaction.Connection!.ExecuteAsync(Sql(
            "update outbox set due_us = @resend where id = @Id and due_us = @DueMicros",
            entries.Select(entry => new { entry.Id, entry.DueMicros, resend = UnixMicros.Of(_clock) + UnixMicros.From(_outbox.Resend) }), transaction, stop)), stop);

    /// <summary>A consumer could not take entries now, and it is not their fault: they come again after a wait that grows with the attempts.</summary>
    public Task DelayAsync(IReadOnlyCollection<long> entries, CancellationToken stop) => WriteAsync(transaction => DelayAsync(transaction, entries, stop), stop);

    /// <summary>
    /// A consumer failed on an entry. It comes again after a growing wait; when that went on for long enough it is parked with the reason, and the entry is done as far as
    /// this consumer goes. True when it is parked now.
    /// </summary>
    public Task<bool> NoteFailureAsync(string consumer, long entry, string reason, CancellationToken stop) => WriteAsync(async transaction =>
    {
        var connection = transaction.Connection!;
        var now = UnixMicros.Of(_clock);
        var row = await connection.QueryFirstOrDefaultAsync<FailureRow>(Sql(
            $"""
            insert into outbox_failure (outbox_id, consumer, alert_id, version, failures, reason, first_us, last_us)
            select id, @consumer, alert_id, version, 1, @reason, @now, @now from outbox where id = @entry
            on conflict (outbox_id, consumer) do update set failures = outbox_failure.failures + 1, reason = excluded.reason, last_us = excluded.last_us
            returning {FailureColumns}
            """, new { entry, consumer, reason = StoredText.Keep(reason.Length > LongestError ? reason[..LongestError] : reason), now }, transaction, stop)).ConfigureAwait(false);
        if (row is null) return false;   // forgotten meanwhile: others' business is done, and so is this
        if (row.Failures < _outbox.LeastFailures || now - row.First_Us < UnixMicros.From(_outbox.ParkAfter))
        {
            await DelayAsync(transaction, [entry], stop).ConfigureAwait(false);
            return false;
        }

        await connection.ExecuteAsync(Sql("update outbox_failure set parked_us = @now where outbox_id = @entry and consumer = @consumer", new { now, entry, consumer }, transaction, stop)).ConfigureAwait(false);
        await MarkDoneAsync(transaction, consumer, [entry], stop).ConfigureAwait(false);
        return true;
    }, stop);

    /// <summary>What was parked, newest first.</summary>
    public Task<IReadOnlyList<ParkedChange>> ListParkedAsync(int limit, CancellationToken stop) => ListParkedAsync(null, limit, stop);

    /// <summary>What was parked for a consumer (null: for any), newest first.</summary>
    public async Task<IReadOnlyList<ParkedChange>> ListParkedAsync(string? consumer, int limit, CancellationToken stop) =>
        (await ReadAsync(connection => connection.QueryAsync<FailureRow>(Sql(
            $"select {FailureColumns} from outbox_failure where parked_us is not null and (@consumer is null or consumer = @consumer) order by parked_us desc, outbox_id desc, consumer limit @limit",
            new { consumer, limit = limit > 0 ? limit : int.MaxValue }, null, stop)), stop).ConfigureAwait(false)).Select(row => row.Back()).ToList();

    /// <summary>One of them; null when there is none.</summary>
    public async Task<ParkedChange?> FindParkedAsync(long entry, string consumer, CancellationToken stop) =>
        (await ReadAsync(connection => connection.QueryFirstOrDefaultAsync<FailureRow>(Sql(
            $"select {FailureColumns} from outbox_failure where parked_us is not null and outbox_id = @entry and consumer = @consumer", new { entry, consumer }, null, stop)), stop).ConfigureAwait(false))?.Back();

    /// <summary>How many changes and how many messages of routes are parked.</summary>
    public Task<(long Changes, long Messages)> CountParkedAsync(CancellationToken stop) => ReadAsync(connection => connection.QuerySingleAsync<(long, long)>(Sql(
        "select (select count(*) from outbox_failure where parked_us is not null), (select count(*) from notification_message where state = 'parked')", null, null, stop)), stop);

    /// <summary>Forgets parked changes: their consumers are never told. Returns how many.</summary>
    /// <param name="entry">Of this entry; null: all.</param>
    /// <param name="consumer">Of this consumer; null: any.</param>
    /// <param name="stop">Stops it.</param>
    public Task<int> DropParkedAsync(long? entry, string? consumer, CancellationToken stop) => WriteAsync(transaction =>
        transaction.Connection!.ExecuteAsync(Sql(
            "delete from outbox_failure where parked_us is not null and (@entry is null or outbox_id = @entry) and (@consumer is null or consumer = @consumer)", new { entry, consumer }, transaction, stop)), stop);

    /// <summary>Gives what was parked to its consumers again, and to nobody else. Returns how many.</summary>
    public Task<int> ReplayParkedAsync(long? entry, CancellationToken stop) => ReplayParkedAsync(entry, null, stop);

    /// <summary>The same.</summary>
    /// <param name="entry">Of this entry; null: all.</param>
    /// <param name="consumer">Of this consumer; null: any.</param>
    /// <param name="stop">Stops it.</param>
    public Task<int> ReplayParkedAsync(long? entry, string? consumer, CancellationToken stop) => WriteAsync(async transaction =>
    {
        var connection = transaction.Connection!;
        var now = UnixMicros.Of(_clock);
        var parked = (await connection.QueryAsync<FailureRow>(Sql(
            $"select {FailureColumns} from outbox_failure where parked_us is not null and (@entry is null or outbox_id = @entry) and (@consumer is null or consumer = @consumer)", new { entry, consumer }, transaction, stop)).ConfigureAwait(false)).AsList();
        foreach (var row in parked)
        {
            var fresh = await connection.QuerySingleAsync<long>(Sql(
                "insert into outbox (alert_id, version, created_us, due_us) values (@Alert_Id, @Version, @now, @now) returning id", new { row.Alert_Id, row.Version, now }, transaction, stop)).ConfigureAwait(false);
            foreach (var other in _outbox.Consumers.Where(consumer => consumer != row.Consumer)) await MarkDoneAsync(transaction, other, [fresh], stop).ConfigureAwait(false);
            await connection.ExecuteAsync(Sql("delete from outbox_failure where outbox_id = @Outbox_Id and consumer = @Consumer", new { row.Outbox_Id, row.Consumer }, transaction, stop)).ConfigureAwait(false);
        }

        return parked.Count;
    }, stop);

    async Task<int> DelayAsync(DbTransaction transaction, IReadOnlyCollection<long> entries, CancellationToken stop)
    {
        var now = UnixMicros.Of(_clock);
        var rows = (await transaction.Connection!.QueryAsync<(long Id, long Attempts)>(Sql(
            $"select id, attempts from outbox where id {_database.In("@ids")}", new { ids = entries.ToArray() }, transaction, stop)).ConfigureAwait(false)).AsList();
        return await transaction.Connection!.ExecuteAsync(Sql(
            "update outbox set due_us = @due where id = @id", rows.Select(row => new { id = row.Id, due = now + RetryMicros(Math.Max(0, row.Attempts - 1)) }), transaction, stop)).ConfigureAwait(false);
    }

    const string FailureColumns = "outbox_id, consumer, alert_id, version, failures, reason, first_us, parked_us";

    sealed record FailureRow(long Outbox_Id, string Consumer, string Alert_Id, long Version, long Failures, string Reason, long First_Us, long? Parked_Us)
    {
        public ParkedChange Back() => new(Outbox_Id, Consumer, Alert_Id, Version, Failures, StoredText.Back(Reason)!, First_Us, Parked_Us ?? 0);
    }
}
