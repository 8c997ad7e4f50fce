using System.Data.Common;
using AuditWatch.Detection.Reasoning;
using AuditWatch.Detection.Rules;
using AuditWatch.Events;
using Dapper;

namespace AuditWatch.Storage.State;

// Exceptions that people made, what readers of the journal hold them for, and what they have hidden.
public sealed partial class StateStore
{
    const string ExceptionColumns = "id, document, created_us, created_by, ended_us, ended_by";
    int _exceptionChanges;

    /// <summary>Changes with every exception that is made or ended through this store: those who hold them need not wait to look.</summary>
    public int ExceptionChanges => Volatile.Read(ref _exceptionChanges);

    /// <summary>Keeps an exception; every reader takes it up where it is by then.</summary>
    public async Task AddExceptionAsync(string id, string document, string by, CancellationToken stop)
    {
        await WriteAsync(transaction => transaction.Connection!.ExecuteAsync(Sql(
            "insert into site_exception (id, document, created_us, created_by) values (@id, @document, @now, @by)",
            new { id, document = StoredText.Keep(document), now = UnixMicros.Of(_clock), by = StoredText.Keep(by) }, transaction, stop)), stop).ConfigureAwait(false);
        Interlocked.Increment(ref _exceptionChanges);
    }

    /// <summary>Ends an exception, for good. False when there is none, or it was ended before.</summary>
    public async Task<bool> EndExceptionAsync(string id, string by, CancellationToken stop)
    {
        var ended = await WriteAsync(transaction => transaction.Connection!.ExecuteAsync(Sql(
            "update site_exception set ended_us = @now, ended_by = @by where id = @id and ended_us is null",
            new { id, now = UnixMicros.Of(_clock), by = StoredText.Keep(by) }, transaction, stop)), stop).ConfigureAwait(false);
        Interlocked.Increment(ref _exceptionChanges);
        return ended > 0;
    }

    /// <summary>All exceptions that were ever made, the oldest first.</summary>
    public async Task<IReadOnlyList<StoredException>> ListExceptionsAsync(CancellationToken stop) =>
        (await ReadAsync(connection => connection.QueryAsync<ExceptionRow>(Sql($"select {ExceptionColumns} from site_exception order by created_us, id", null, null, stop)), stop).ConfigureAwait(false))
        .Select(row => row.Back()).ToList();

    /// <summary>What exceptions have hidden, by their ids, those of files too.</summary>
    public async Task<IReadOnlyDictionary<string, ExceptionUse>> ExceptionUsesAsync(CancellationToken stop) =>
        (await ReadAsync(connection => connection.QueryAsync<UseRow>(Sql(
            "select exception_id, findings, last_us from exception_use", null, null, stop)), stop).ConfigureAwait(false))
        .GroupBy(row => StoredText.Back(row.Exception_Id)!, StringComparer.Ordinal)   // here: SQLite gives a sum over nothing no type
        .ToDictionary(rows => rows.Key, rows => new ExceptionUse(rows.Key, rows.Sum(row => row.Findings), rows.Max(row => row.Last_Us)), StringComparer.Ordinal);

    /// <summary>Whether there is an exception that a reader has not taken up, or has not let go of.</summary>
    public Task<bool> AreExceptionsNewAsync(string reader, CancellationToken stop) => ReadAsync(connection => connection.QuerySingleAsync<bool>(Sql(
        """
        select exists (
            select 1 from site_exception e left join exception_term t on t.reader = @reader and t.exception_id = e.id
            where (t.reader is null and e.ended_us is null) or (t.reader is not null and t.until_segment is null and e.ended_us is not null))
        """, new { reader }, null, stop)), stop);

    /// <summary>Notes for a reader that exceptions which are new to it hold after a place, and those that were ended hold until there. Returns all that it ever held, so that judging again hides the same.</summary>
    /// <param name="reader">The reader.</param>
    /// <param name="at">The last record that it has judged.</param>
    /// <param name="epoch">The epoch that it was taken under; null: nobody else can have it.</param>
    /// <param name="stop">Gives up.</param>
    /// <exception cref="ReaderTakenOverException">Another process has taken it over; nothing is noted.</exception>
    public Task<IReadOnlyList<ExceptionTerm>> TakeUpExceptionsAsync(string reader, EventPosition at, long? epoch, CancellationToken stop) => WriteAsync(async transaction =>
    {
        var connection = transaction.Connection!;
        if (epoch is { } mine && await connection.QueryFirstOrDefaultAsync<long?>(Sql("select epoch from reader_position where reader = @reader", new { reader }, transaction, stop)).ConfigureAwait(false) != mine)
            throw new ReaderTakenOverException(reader, mine);
        var place = new { reader, at.Segment, at.Frame, at.Index };
        await connection.ExecuteAsync(Sql(
            """
            insert into exception_term (reader, exception_id, after_segment, after_frame, after_record)
            select @reader, id, @Segment, @Frame, @Index from site_exception where ended_us is null
            on conflict do nothing
            """, place, transaction, stop)).ConfigureAwait(false);
        await connection.ExecuteAsync(Sql(
            """
            update exception_term set until_segment = @Segment, until_frame = @Frame, until_record = @Index
            where reader = @reader and until_segment is null and exception_id in (select id from site_exception where ended_us is not null)
            """, place, transaction, stop)).ConfigureAwait(false);
        return (IReadOnlyList<ExceptionTerm>)(await connection.QueryAsync<TermRow>(Sql(
            """
            select e.id, e.document, t.after_segment, t.after_frame, t.after_record, t.until_segment, t.until_frame, t.until_record
            from exception_term t join site_exception e on e.id = t.exception_id where t.reader = @reader order by e.id
            """, new { reader }, transaction, stop)).ConfigureAwait(false)).Select(row => row.Back()).ToList();
    }, stop);

    async Task CountExceptionUsesAsync(DbTransaction transaction, string reader, IReadOnlyList<ExceptionUse> uses, CancellationToken stop)
    {
        foreach (var use in uses)
            await transaction.Connection!.ExecuteAsync(Sql(
                """
                insert into exception_use as u (reader, exception_id, findings, last_us) values (@reader, @id, @Findings, @LastMicros)
                on conflict (reader, exception_id) do update set findings = u.findings + excluded.findings,
                    last_us = case when excluded.last_us > u.last_us then excluded.last_us else u.last_us end
                """, new { reader, id = StoredText.Keep(use.Id), use.Findings, use.LastMicros }, transaction, stop)).ConfigureAwait(false);
    }

    sealed record ExceptionRow(string Id, string Document, long Created_Us, string Created_By, long? Ended_Us, string? Ended_By)
    {
        public StoredException Back() => new(Id, StoredText.Back(Document)!, Created_Us, StoredText.Back(Created_By)!, Ended_Us, StoredText.Back(Ended_By));
    }

    sealed record UseRow(string Exception_Id, long Findings, long Last_Us);

    sealed record TermRow(string Id, string Document, long After_Segment, long After_Frame, long After_Record, long? Until_Segment, long? Until_Frame, long? Until_Record)
    {
        public ExceptionTerm Back() => new(
            Id, StoredText.Back(Document)!, new EventPosition((int)After_Segment, (int)After_Frame, (int)After_Record),
            Until_Segment is { } segment ? new EventPosition((int)segment, (int)Until_Frame!.Value, (int)Until_Record!.Value) : null);
    }
}
