using System.Data.Common;
using Dapper;

namespace AuditWatch.Storage.State;

public sealed partial class StateStore
{
    const string HistoryColumns = "alert_id, version, at_us, who, via, act, note, before, after, job";

    /// <summary>Changes an alert's triage, unless it is no longer at <paramref name="ifVersion"/> (null: whatever it is at).</summary>
    public Task<TriageResult> TriageAsync(string alertId, TriageChange change, long? ifVersion, CancellationToken stop) => WriteAsync(async transaction =>
    {
        if (change.Fault() is { } fault) return new TriageResult(TriageVerdict.Refused, null, fault, []);
        var row = await AlertRowAsync(transaction, alertId, stop).ConfigureAwait(false);
        if (row is null) return new TriageResult(TriageVerdict.Missing, null, null, []);
        if (ifVersion is { } seen && seen != row.Version)
            return new TriageResult(TriageVerdict.Stale, row.Back(), null, await HistoryAsync(transaction, alertId, seen, stop).ConfigureAwait(false));
        return await ChangeAsync(transaction, row, change, null, stop).ConfigureAwait(false);
    }, stop);

    /// <summary>Everything that was done with an alert, in order.</summary>
    public async Task<IReadOnlyList<TriageEvent>> HistoryAsync(string alertId, CancellationToken stop) =>
        (await ReadAsync(connection => connection.QueryAsync<HistoryRow>(Sql(
            $"select {HistoryColumns} from alert_history where alert_id = @alertId order by id", new { alertId = StoredText.Keep(alertId) }, null, stop)), stop).ConfigureAwait(false))
        .Select(row => row.Back()).ToList();

    /// <summary>Says which rules' alerts are closed with a note only; replaces what was said before.</summary>
    /// <param name="rules">Ids or names.</param>
    /// <param name="stop">Stops it.</param>
    public Task RequireNotesAsync(IReadOnlyCollection<string> rules, CancellationToken stop) => WriteAsync(async transaction =>
    {
        var connection = transaction.Connection!;
        await connection.ExecuteAsync(Sql("delete from note_required", null, transaction, stop)).ConfigureAwait(false);
        return await connection.ExecuteAsync(Sql("insert into note_required (rule) values (@rule)",
            rules.Distinct(StringComparer.Ordinal).Select(rule => new { rule = StoredText.Keep(rule) }), transaction, stop)).ConfigureAwait(false);
    }, stop);

    async Task<TriageResult> ChangeAsync(DbTransaction transaction, AlertRow row, TriageChange change, long? job, CancellationToken stop)
    {
        var before = row.State;
        var needsNote = change.Status == AlertStatus.Closed && change.Note is null && await NeedsNoteAsync(transaction, row.Alert_Id, stop).ConfigureAwait(false);
        var (after, refusal) = change.ApplyTo(before, needsNote);
        if (refusal is not null) return new TriageResult(TriageVerdict.Refused, row.Back(), refusal, []);
        if (after == before && change.Note is null) return new TriageResult(TriageVerdict.Unchanged, row.Back(), null, []);
        var changed = await WriteTriageAsync(transaction, row, after, change, change.Act(before, after), job, stop).ConfigureAwait(false);
        return new TriageResult(TriageVerdict.Done, changed, null, []);
    }

    async Task<StoredAlert> WriteTriageAsync(DbTransaction transaction, AlertRow row, TriageState after, TriageChange by, string act, long? job, CancellationToken stop)
    {
        var now = UnixMicros.Of(_clock);
        var changed = await transaction.Connection!.QuerySingleAsync<AlertRow>(Sql(
            $"""
            update alert set status = @status, resolution = @resolution, assignee = @assignee, tags = @tags, notes = notes + @noted,
                triage_revision = triage_revision + 1, triage_us = @now, version = version + 1, last_change_us = @now
            where alert_id = @id
            returning {AlertColumns}
            """,
            new
            {
                id = row.Alert_Id, status = TriageWords.Of(after.Status), resolution = after.Resolution is { } r ? TriageWords.Of(r) : null,
                assignee = StoredText.Keep(after.Assignee), tags = after.Tags, noted = by.Note is null ? 0 : 1, now,
            }, transaction, stop)).ConfigureAwait(false);
        await RememberAsync(transaction, changed, row.State, after, by, act, job, now, stop).ConfigureAwait(false);
        await TellAsync(transaction, row.Alert_Id, changed.Version, now, stop).ConfigureAwait(false);
        return changed.Back();
    }

    static Task<int> RememberAsync(
        DbTransaction transaction, AlertRow row, TriageState before, TriageState after, TriageChange by, string act, long? job, long now, CancellationToken stop) =>
        transaction.Connection!.ExecuteAsync(Sql(
            """
            insert into alert_history (alert_id, version, revision, at_us, who, via, act, note, before, after, job)
            values (@id, @version, @revision, @now, @who, @via, @act, @note, @before, @after, @job)
            """,
            new
            {
                id = row.Alert_Id, version = row.Version, revision = row.Triage_Revision, now, who = StoredText.Keep(by.Who), via = by.Via, act,
                note = StoredText.Keep(by.Note), before = before.Write(), after = after.Write(), job,
            }, transaction, stop));

    static Task<bool> NeedsNoteAsync(DbTransaction transaction, string alertId, CancellationToken stop) => transaction.Connection!.QuerySingleAsync<bool>(Sql(
        "select exists (select 1 from alert a join note_required n on n.rule = a.rule_id or n.rule = a.rule_name where a.alert_id = @alertId)",
        new { alertId }, transaction, stop));

    static Task<AlertRow?> AlertRowAsync(DbTransaction transaction, string alertId, CancellationToken stop) =>
        transaction.Connection!.QueryFirstOrDefaultAsync<AlertRow?>(Sql($"select {AlertColumns} from alert where alert_id = @alertId", new { alertId = StoredText.Keep(alertId) }, transaction, stop));

    static async Task<IReadOnlyList<TriageEvent>> HistoryAsync(DbTransaction transaction, string alertId, long afterVersion, CancellationToken stop) =>
        (await transaction.Connection!.QueryAsync<HistoryRow>(Sql(
            $"select {HistoryColumns} from alert_history where alert_id = @alertId and version > @afterVersion order by id",
            new { alertId, afterVersion }, transaction, stop)).ConfigureAwait(false)).Select(row => row.Back()).ToList();

    sealed record HistoryRow(
        string Alert_Id, long Version, long At_Us, string Who, string Via, string Act, string? Note, string Before, string After, long? Job)
    {
        public TriageEvent Back() => new(
            Alert_Id, Version, At_Us, StoredText.Back(Who)!, Via, Act, StoredText.Back(Note), TriageState.Read(Before), TriageState.Read(After), Job);
    }
}
