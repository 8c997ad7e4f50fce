using Dapper;

namespace AuditWatch.Storage.State;

public sealed partial class StateStore
{
    const int TriageChunk = 200;   // the detection worker's commits come between
    const string JobColumns = "id, at_us, who, via, query, change, matched, changed, skipped, state";

    /// <summary>How many alerts match; <see cref="AlertQuery.Limit"/> and the cursor do not count.</summary>
    public Task<long> CountAlertsAsync(AlertQuery query, CancellationToken stop)
    {
        var (where, values) = Where(query with { Cursor = null });
        return ReadAsync(connection => connection.QuerySingleAsync<long>(Sql($"select count(*) from alert{where}", values, null, stop)), stop);
    }

    /// <summary>
    /// Changes every alert that matches now (the query's limit and cursor do not count). An alert that somebody else changes before its turn is left alone and counted.
    /// Null, and nothing is done, when not exactly <paramref name="expected"/> match.
    /// </summary>
    /// <exception cref="ArgumentException">The change can be applied to no alert.</exception>
    public async Task<TriageJob?> TriageAllAsync(AlertQuery query, string queryText, TriageChange change, long? expected, CancellationToken stop)
    {
        if (change.Fault() is { } fault) throw new ArgumentException(fault, nameof(change));
        var (where, values) = Where(query with { Cursor = null });
        var found = await ReadAsync(async connection => (await connection.QueryAsync<(string Id, long Revision)>(Sql(
            $"select alert_id, triage_revision from alert{where} order by time_us desc, alert_id", values, null, stop)).ConfigureAwait(false)).AsList(), stop).ConfigureAwait(false);
        if (expected is { } count && count != found.Count) return null;
        var job = await WriteAsync(transaction => transaction.Connection!.QuerySingleAsync<long>(Sql(
            """
            insert into triage_job (at_us, who, via, query, change, matched, state) values (@now, @who, @via, @query, @change, @matched, 'running') returning id
            """, new { now = UnixMicros.Of(_clock), who = StoredText.Keep(change.Who), via = change.Via, query = StoredText.Keep(queryText), change = change.Write(), matched = found.Count },
            transaction, stop)), stop).ConfigureAwait(false);
        foreach (var chunk in found.Chunk(TriageChunk))
        {
            await WriteAsync(async transaction =>
            {
                var changed = 0;
                foreach (var (id, revision) in chunk)
                {
                    var row = await AlertRowAsync(transaction, id, stop).ConfigureAwait(false);
                    if (row is null || row.Triage_Revision != revision) continue;
                    if ((await ChangeAsync(transaction, row, change, job, stop).ConfigureAwait(false)).Verdict == TriageVerdict.Done) changed++;
                }

                return await transaction.Connection!.ExecuteAsync(Sql(
                    "update triage_job set changed = changed + @changed, skipped = skipped + @skipped where id = @job",
                    new { job, changed, skipped = chunk.Length - changed }, transaction, stop)).ConfigureAwait(false);
            }, stop).ConfigureAwait(false);
        }

        await WriteAsync(transaction => transaction.Connection!.ExecuteAsync(Sql(
            "update triage_job set state = 'done' where id = @job", new { job }, transaction, stop)), stop).ConfigureAwait(false);
        return await FindTriageJobAsync(job, stop).ConfigureAwait(false);
    }

    /// <summary>
    /// Takes a bulk change back: every alert that nobody has changed since gets the triage it had before. Notes stay; the history shows both. Null when there is no
    /// such job or it is undone already.
    /// </summary>
    public async Task<(TriageJob Job, int PutBack, int LeftAlone)?> UndoTriageAsync(long job, string who, string via, CancellationToken stop)
    {
        if (await FindTriageJobAsync(job, stop).ConfigureAwait(false) is not { State: not "undone" }) return null;
        var by = new TriageChange(who, via);
        var (putBack, leftAlone, after) = (0, 0, 0L);
        while (true)
        {
            var (acts, back, last) = await WriteAsync(async transaction =>
            {
                var rows = (await transaction.Connection!.QueryAsync<UndoRow>(Sql(
                    "select id, alert_id, revision, before from alert_history where job = @job and act <> 'undone' and id > @after order by id limit @limit",
                    new { job, after, limit = TriageChunk }, transaction, stop)).ConfigureAwait(false)).AsList();
                var done = 0;
                foreach (var act in rows)
                {
                    var row = await AlertRowAsync(transaction, act.Alert_Id, stop).ConfigureAwait(false);
                    if (row is null || row.Triage_Revision != act.Revision) continue;
                    await WriteTriageAsync(transaction, row, TriageState.Read(act.Before), by, "undone", job, stop).ConfigureAwait(false);
                    done++;
                }

                return (rows.Count, done, rows.Count > 0 ? rows[^1].Id : after);
            }, stop).ConfigureAwait(false);
            (putBack, leftAlone, after) = (putBack + back, leftAlone + acts - back, last);
            if (acts < TriageChunk) break;
        }

        await WriteAsync(transaction => transaction.Connection!.ExecuteAsync(Sql(
            "update triage_job set state = 'undone' where id = @job", new { job }, transaction, stop)), stop).ConfigureAwait(false);
        return ((await FindTriageJobAsync(job, stop).ConfigureAwait(false))!, putBack, leftAlone);
    }

    /// <summary>Bulk changes, newest first.</summary>
    public async Task<IReadOnlyList<TriageJob>> ListTriageJobsAsync(long? before, int limit, CancellationToken stop) =>
        (await ReadAsync(connection => connection.QueryAsync<JobRow>(Sql(
            $"select {JobColumns} from triage_job where @before is null or id < @before order by id desc limit @limit",
            new { before, limit = limit > 0 ? limit : int.MaxValue }, null, stop)), stop).ConfigureAwait(false)).Select(row => row.Back()).ToList();

    /// <summary>One bulk change; null when there is none.</summary>
    public async Task<TriageJob?> FindTriageJobAsync(long job, CancellationToken stop) =>
        (await ReadAsync(connection => connection.QueryFirstOrDefaultAsync<JobRow>(Sql(
            $"select {JobColumns} from triage_job where id = @job", new { job }, null, stop)), stop).ConfigureAwait(false))?.Back();

    sealed record UndoRow(long Id, string Alert_Id, long Revision, string Before);

    sealed record JobRow(long Id, long At_Us, string Who, string Via, string Query, string Change, long Matched, long Changed, long Skipped, string State)
    {
        public TriageJob Back() => new(Id, At_Us, StoredText.Back(Who)!, Via, StoredText.Back(Query)!, Change, Matched, Changed, Skipped, State);
    }
}
