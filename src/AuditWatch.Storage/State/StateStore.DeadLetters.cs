using System.Globalization;
using AuditWatch.Events;
using Dapper;

namespace AuditWatch.Storage.State;

public sealed partial class StateStore
{
    const string DeadLetterColumns = "event_id, segment, frame, record, cluster, error_type, reason, attempts, first_us, last_us";
    const int LongestReason = 2000;

    /// <summary>Notes documents that were refused. One that was refused before counts one attempt more, with what was said last.</summary>
    public Task AddDeadLettersAsync(IReadOnlyList<DeadLetter> letters, CancellationToken stop) => WriteAsync(transaction =>
        transaction.Connection!.ExecuteAsync(Sql(
            """
            insert into dead_letter (event_id, segment, frame, record, cluster, error_type, reason, attempts, first_us, last_us)
            values (@id, @Segment, @Frame, @Index, @cluster, @type, @reason, 1, @now, @now)
            on conflict (event_id) do update set error_type = excluded.error_type, reason = excluded.reason, attempts = dead_letter.attempts + 1, last_us = excluded.last_us
            """, letters.Select(letter => new
            {
                id = letter.EventId.ToString(), letter.Position.Segment, letter.Position.Frame, letter.Position.Index, cluster = StoredText.Keep(letter.Cluster),
                type = StoredText.Keep(letter.ErrorType), reason = StoredText.Keep(letter.Reason.Length > LongestReason ? letter.Reason[..LongestReason] : letter.Reason),
                now = UnixMicros.Of(_clock),
            }), transaction, stop)), stop);

    /// <summary>Dead letters in the order of the journal.</summary>
    /// <param name="after">Only those after this place in the journal; null for all.</param>
    /// <param name="limit">At most so many; 0 for all.</param>
    /// <param name="stop">Stops it.</param>
    public async Task<IReadOnlyList<DeadLetter>> ListDeadLettersAsync(EventPosition? after, int limit, CancellationToken stop)
    {
        var from = after ?? EventPosition.Start;
        return (await ReadAsync(connection => connection.QueryAsync<DeadLetterRow>(Sql(
            $"""
            select {DeadLetterColumns} from dead_letter
            where (segment, frame, record) > (@Segment, @Frame, @Index)
            order by segment, frame, record limit @limit
            """, new { from.Segment, from.Frame, from.Index, limit = limit > 0 ? limit : int.MaxValue }, null, stop)), stop).ConfigureAwait(false))
            .Select(row => row.Back()).ToList();
    }

    /// <summary>One dead letter; null when there is none.</summary>
    public async Task<DeadLetter?> FindDeadLetterAsync(EventId id, CancellationToken stop) =>
        (await ReadAsync(connection => connection.QueryFirstOrDefaultAsync<DeadLetterRow>(Sql(
            $"select {DeadLetterColumns} from dead_letter where event_id = @id", new { id = id.ToString() }, null, stop)), stop).ConfigureAwait(false))?.Back();

    /// <summary>Forgets dead letters that were taken after all.</summary>
    public Task RemoveDeadLettersAsync(IReadOnlyList<EventId> ids, CancellationToken stop) => WriteAsync(transaction =>
        transaction.Connection!.ExecuteAsync(Sql("delete from dead_letter where event_id = @id", ids.Select(id => new { id = id.ToString() }), transaction, stop)), stop);

    /// <summary>How many dead letters there are.</summary>
    public Task<long> CountDeadLettersAsync(CancellationToken stop) =>
        ReadAsync(connection => connection.QuerySingleAsync<long>(Sql("select count(*) from dead_letter", null, null, stop)), stop);

    sealed record DeadLetterRow(
        string Event_Id, long Segment, long Frame, long Record, string Cluster, string Error_Type, string Reason, long Attempts, long First_Us, long Last_Us)
    {
        public DeadLetter Back() => new(
            new EventId(UInt128.Parse(Event_Id, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture)), new EventPosition((int)Segment, (int)Frame, (int)Record),
            StoredText.Back(Cluster)!, StoredText.Back(Error_Type)!, StoredText.Back(Reason)!, Attempts, First_Us, Last_Us);
    }
}
