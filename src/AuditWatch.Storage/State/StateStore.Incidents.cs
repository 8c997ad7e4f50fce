using System.Data.Common;
using System.Globalization;
using System.Text.Json;
using AuditWatch.Detection.Incidents;
using Dapper;

namespace AuditWatch.Storage.State;

public sealed partial class StateStore
{
    const string EditColumns = "id, at_us, who, via, act, incident_id, source_id, alerts, note";

    /// <summary>Incidents that match, as they stand, the one with the newest step first; and the cursor of the next page.</summary>
    /// <exception cref="FormatException">The level or the cursor is none.</exception>
    public Task<(IReadOnlyList<StoredIncident> Incidents, string? Next)> ListIncidentsAsync(IncidentQuery query, CancellationToken stop) => ReadAsync(async connection =>
    {
        // Edits make an incident another than its row, so rows are narrowed by what edits cannot change and judged as they stand.
        var edits = await EditsAsync(connection, null, stop).ConfigureAwait(false);
        var raw = (await connection.QueryAsync<IncidentRow>(Sql(
            "select incident_id, json, first_change_us, last_change_us from incident where withdrawn = 0 and (@cluster is null or cluster = @cluster)",
            new { cluster = StoredText.Keep(query.Cluster) }, null, stop)).ConfigureAwait(false)).ToDictionary(r => r.Incident_Id, r => r.Back(), StringComparer.Ordinal);
        var after = query.Cursor is { } cursor ? AlertRow.ReadCursor(cursor) : ((long Time, string Id)?)null;
        var least = query.MinLevel is null ? 0 : AlertLevel.RankOf(query.MinLevel);
        var found = raw.Keys.Concat(edits.ByHand).Select(edits.RootOf).Distinct(StringComparer.Ordinal)
            .Select(root => edits.Assemble(root, raw)).OfType<StoredIncident>()
            .Where(s => query.Clusters is not { } seen || seen.Contains(s.Incident.Cluster))
            .Where(s => AlertLevel.RankOf(s.Incident.Level) >= least && (query.SinceMicros ?? long.MinValue) <= s.Incident.LastMicros && s.Incident.FirstMicros < (query.UntilMicros ?? long.MaxValue))
            .OrderByDescending(s => s.Incident.LastMicros).ThenBy(s => s.Incident.IncidentId, StringComparer.Ordinal)
            .SkipWhile(s => after is { } last && (s.Incident.LastMicros > last.Time || s.Incident.LastMicros == last.Time && string.CompareOrdinal(s.Incident.IncidentId, last.Id) <= 0));
        var page = (query.Limit > 0 ? found.Take(query.Limit + 1) : found).ToList();
        var more = query.Limit > 0 && page.Count > query.Limit;
        if (more) page.RemoveAt(page.Count - 1);
        return ((IReadOnlyList<StoredIncident>)page, more ? string.Create(CultureInfo.InvariantCulture, $"{page[^1].Incident.LastMicros}.{page[^1].Incident.IncidentId}") : null);
    }, stop);

    /// <summary>The incident, or the one that it is part of by now; null when there is none.</summary>
    public Task<StoredIncident?> FindIncidentAsync(string incidentId, CancellationToken stop) => ReadAsync(connection => StandingAsync(connection, null, incidentId, stop), stop);

    /// <summary>Joins other incidents to one. Null when done; else why not.</summary>
    /// <exception cref="StaleIncidentException">It is not at <paramref name="ifVersion"/>.</exception>
    public Task<string?> MergeIncidentsAsync(string incidentId, IReadOnlyList<string> others, string who, string via, string? note, CancellationToken stop, string? ifVersion = null) => WriteAsync(async transaction =>
    {
        var connection = transaction.Connection!;
        if (await StandingAsync(connection, transaction, incidentId, stop).ConfigureAwait(false) is not { } into) return $"There is no incident '{incidentId}'.";
        if (ifVersion is not null && into.Version != ifVersion) throw new StaleIncidentException(into);
        var id = into.Incident.IncidentId;
        foreach (var other in others.Distinct(StringComparer.Ordinal))
        {
            if (await StandingAsync(connection, transaction, other, stop).ConfigureAwait(false) is not { } from) return $"There is no incident '{other}'.";
            if (from.Incident.IncidentId == id) return $"'{other}' is '{id}' already.";
            if (from.Incident.Cluster != into.Incident.Cluster) return $"'{other}' is of the cluster {from.Incident.Cluster}, '{id}' of {into.Incident.Cluster}.";
            await EditAsync(transaction, new IncidentEdit(0, UnixMicros.Of(_clock), who, via, "merge", id, from.Incident.IncidentId, [], note), stop).ConfigureAwait(false);
        }

        return null;
    }, stop);

    /// <summary>Parts alerts from an incident. The new incident's id, or why not.</summary>
    /// <exception cref="StaleIncidentException">It is not at <paramref name="ifVersion"/>.</exception>
    public Task<(string? Id, string? Why)> SplitIncidentAsync(string incidentId, IReadOnlyList<string> alerts, string who, string via, string? note, CancellationToken stop, string? ifVersion = null) => WriteAsync<(string?, string?)>(async transaction =>
    {
        if (await StandingAsync(transaction.Connection!, transaction, incidentId, stop).ConfigureAwait(false) is not { } whole) return (null, $"There is no incident '{incidentId}'.");
        if (ifVersion is not null && whole.Version != ifVersion) throw new StaleIncidentException(whole);
        var inside = whole.Incident.Steps.Select(s => s.AlertId).ToHashSet(StringComparer.Ordinal);
        if (alerts.Count == 0) return (null, "Name the alerts to part from it.");
        if (alerts.FirstOrDefault(a => !inside.Contains(a)) is { } stranger) return (null, $"The alert '{stranger}' is no step of it.");
        if (inside.Count == alerts.Distinct(StringComparer.Ordinal).Count()) return (null, "At least one step must stay.");
        var id = IncidentEdits.IdOf(whole.Incident.IncidentId, alerts);
        await EditAsync(transaction, new IncidentEdit(0, UnixMicros.Of(_clock), who, via, "split", id, whole.Incident.IncidentId, [.. alerts.Distinct(StringComparer.Ordinal)], note), stop).ConfigureAwait(false);
        return (id, null);
    }, stop);

    /// <summary>Takes an edit back; false when there is none or it was taken back before.</summary>
    /// <exception cref="StaleIncidentException">What it made is not at <paramref name="ifVersion"/>.</exception>
    public Task<bool> UndoIncidentEditAsync(long edit, CancellationToken stop, string? ifVersion = null) => WriteAsync(async transaction =>
    {
        if (ifVersion is not null && await EditAsync(transaction.Connection!, transaction, edit, stop).ConfigureAwait(false) is { } made
            && await StandingAsync(transaction.Connection!, transaction, made.IncidentId, stop).ConfigureAwait(false) is { } now && now.Version != ifVersion) throw new StaleIncidentException(now);
        return await transaction.Connection!.ExecuteAsync(Sql(
            "update incident_edit set undone_us = @now where id = @edit and undone_us is null", new { edit, now = UnixMicros.Of(_clock) }, transaction, stop)).ConfigureAwait(false) == 1;
    }, stop);

    /// <summary>One edit, whether it was taken back or not; null when there is none.</summary>
    public Task<IncidentEdit?> FindIncidentEditAsync(long edit, CancellationToken stop) => ReadAsync(connection => EditAsync(connection, null, edit, stop), stop);

    // What is already stored as it is makes no new version.
    Task<int> WriteIncidentsAsync(DbTransaction transaction, IReadOnlyList<Incident> incidents, CancellationToken stop) => incidents.Count == 0 ? Task.FromResult(0) :
        transaction.Connection!.ExecuteAsync(Sql(
            """
            insert into incident (incident_id, cluster, level, first_us, last_us, withdrawn, merged_into, first_change_us, last_change_us, json)
            values (@id, @cluster, @level, @first, @last, @withdrawn, @into, @now, @now, @json)
            on conflict (incident_id) do update set level = excluded.level, first_us = excluded.first_us, last_us = excluded.last_us, withdrawn = excluded.withdrawn, merged_into = excluded.merged_into,
                json = excluded.json, version = incident.version + 1, last_change_us = excluded.last_change_us
                where incident.json <> excluded.json
            """, incidents.Select(incident => new
            {
                id = incident.IncidentId, cluster = StoredText.Keep(incident.Cluster), level = AlertLevel.RankOf(incident.Level), first = incident.FirstMicros, last = incident.LastMicros,
                withdrawn = incident.IsWithdrawn ? 1 : 0, into = incident.MergedInto, now = UnixMicros.Of(_clock), json = JsonSerializer.Serialize(incident),
            }), transaction, stop));

    async Task<StoredIncident?> StandingAsync(DbConnection connection, DbTransaction? transaction, string incidentId, CancellationToken stop)
    {
        var edits = await EditsAsync(connection, transaction, stop).ConfigureAwait(false);
        var root = edits.RootOf(incidentId);
        var rows = (await connection.QueryAsync<IncidentRow>(Sql(
            $"select incident_id, json, first_change_us, last_change_us from incident where withdrawn = 0 and incident_id {_database.In("@ids")}",
            new { ids = edits.OriginsOf(root).Select(StoredText.Keep).ToArray() }, transaction, stop)).ConfigureAwait(false)).ToDictionary(r => r.Incident_Id, r => r.Back(), StringComparer.Ordinal);
        return edits.Assemble(root, rows);
    }

    static async Task<IncidentEdits> EditsAsync(DbConnection connection, DbTransaction? transaction, CancellationToken stop) => new(
        (await connection.QueryAsync<EditRow>(Sql($"select {EditColumns} from incident_edit where undone_us is null order by id", null, transaction, stop)).ConfigureAwait(false))
        .Select(row => row.Back()).ToList(),
        await connection.QueryAsync<(string, string)>(Sql("select incident_id, merged_into from incident where merged_into is not null", null, transaction, stop)).ConfigureAwait(false));

    static async Task<IncidentEdit?> EditAsync(DbConnection connection, DbTransaction? transaction, long edit, CancellationToken stop) => (await connection.QueryFirstOrDefaultAsync<EditRow>(Sql(
        $"select {EditColumns} from incident_edit where id = @edit", new { edit }, transaction, stop)).ConfigureAwait(false))?.Back();

    static Task<int> EditAsync(DbTransaction transaction, IncidentEdit edit, CancellationToken stop) => transaction.Connection!.ExecuteAsync(Sql(
        """
        insert into incident_edit (at_us, who, via, act, incident_id, source_id, alerts, note) values (@AtMicros, @who, @Via, @Act, @IncidentId, @SourceId, @alerts, @note)
        """, new
        {
            edit.AtMicros, who = StoredText.Keep(edit.Who), edit.Via, edit.Act, edit.IncidentId, edit.SourceId, alerts = string.Join(' ', edit.Alerts), note = StoredText.Keep(edit.Note),
        }, transaction, stop));

    sealed record IncidentRow(string Incident_Id, string Json, long First_Change_Us, long Last_Change_Us)
    {
        public RawIncident Back() => new(JsonSerializer.Deserialize<Incident>(Json)!, First_Change_Us, Last_Change_Us);
    }

    sealed record EditRow(long Id, long At_Us, string Who, string Via, string Act, string Incident_Id, string Source_Id, string Alerts, string? Note)
    {
        public IncidentEdit Back() => new(
            Id, At_Us, StoredText.Back(Who)!, Via, Act, Incident_Id, Source_Id, Alerts.Split(' ', StringSplitOptions.RemoveEmptyEntries), StoredText.Back(Note));
    }
}
