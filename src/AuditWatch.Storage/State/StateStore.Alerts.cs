using System.Globalization;
using System.Text;
using Dapper;

namespace AuditWatch.Storage.State;

public sealed partial class StateStore
{
    const string AlertColumns =
        "alert_id, time_us, status, version, first_change_us, last_change_us, json, resolution, assignee, tags, notes, triage_revision, triage_us, evidence_version, most_requests";

    /// <summary>Alerts that match, newest first.</summary>
    /// <exception cref="FormatException">The level or the cursor is none.</exception>
    public async Task<AlertPage> ListAlertsAsync(AlertQuery query, CancellationToken stop)
    {
        var (sql, values) = Compose(query);
        var rows = await ReadAsync(async connection => (await connection.QueryAsync<AlertRow>(Sql(sql, values, null, stop)).ConfigureAwait(false)).AsList(), stop)
            .ConfigureAwait(false);
        var more = query.Limit > 0 && rows.Count > query.Limit;   // one more than asked for was read, to know
        if (more) rows.RemoveAt(rows.Count - 1);
        return new AlertPage(rows.ConvertAll(row => row.Back()), more ? rows[^1].Cursor : null);
    }

    /// <summary>One alert; null when there is none.</summary>
    public async Task<StoredAlert?> FindAlertAsync(string alertId, CancellationToken stop)
    {
        var found = await FindAlertsAsync([alertId], stop).ConfigureAwait(false);
        return found.Count == 0 ? null : found[0];
    }

    /// <summary>Those of the alerts that exist.</summary>
    public async Task<IReadOnlyList<StoredAlert>> FindAlertsAsync(IReadOnlyCollection<string> alertIds, CancellationToken stop)
    {
        var found = new List<StoredAlert>(alertIds.Count);
        foreach (var ids in alertIds.Select(id => StoredText.Keep(id)!).Chunk(500))   // well under every database's limit of parameters
            found.AddRange((await ReadAsync(connection => connection.QueryAsync<AlertRow>(Sql(
                $"select {AlertColumns} from alert where alert_id {_database.In("@ids")}", new { ids }, null, stop)), stop).ConfigureAwait(false)).Select(row => row.Back()));
        return found;
    }

    (string Sql, DynamicParameters Values) Compose(AlertQuery query)
    {
        var (where, values) = Where(query);
        var sql = $"select {AlertColumns} from alert{where} order by time_us desc, alert_id";
        if (query.Limit <= 0) return (sql, values);
        values.Add("limit", (long)query.Limit + 1);
        return (sql + " limit @limit", values);
    }

    (string Sql, DynamicParameters Values) Where(AlertQuery query)
    {
        var values = new DynamicParameters();
        var where = new StringBuilder(" where 1 = 1");
        void And(string condition, string name, object? value)
        {
            if (value is null) return;
            where.Append(" and ").Append(condition);
            values.Add(name, value);
        }

        And("alert_id " + _database.In("@ids"), "ids", query.Ids?.Select(StoredText.Keep).ToArray());
        And("cluster = @cluster", "cluster", StoredText.Keep(query.Cluster));
        And("cluster in @clusters", "clusters", query.Clusters?.Select(c => StoredText.Keep(c)).ToList());
        And("level >= @level", "level", query.MinLevel is null ? null : AlertLevel.RankOf(query.MinLevel));
        And("(rule_id = @rule or rule_name = @rule)", "rule", StoredText.Keep(query.Rule));
        And("status = @status", "status", query.Status is { } status ? TriageWords.Of(status) : null);
        if (query.OnlyOpen) where.Append(" and status <> 'closed'");
        And("resolution = @resolution", "resolution", query.Resolution is { } resolution ? TriageWords.Of(resolution) : null);
        And("assignee = @assignee", "assignee", StoredText.Keep(query.Assignee));
        if (query.OnlyUnassigned) where.Append(" and assignee is null");
        And("tags like @tag escape '\\'", "tag", StoredText.Keep(query.Tag) is { } tag ? $"% {tag.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("_", "\\_", StringComparison.Ordinal).Replace("%", "\\%", StringComparison.Ordinal)} %" : null);
        And("time_us >= @since", "since", query.SinceMicros);
        And("time_us < @until", "until", query.UntilMicros);
        And("(actor_user = @user or effective_user = @user)", "user", StoredText.Keep(query.User));
        And("credential_id = @credential", "credential", StoredText.Keep(query.Credential));
        And("client_ip = @ip", "ip", StoredText.Keep(query.ClientIp));
        And("object_namespace = @ns", "ns", StoredText.Keep(query.Namespace));
        if (query.Cursor is not null)
        {
            var (time, id) = AlertRow.ReadCursor(query.Cursor);
            And("(time_us < @afterTime or time_us = @afterTime and alert_id > @afterId)", "afterTime", time);
            values.Add("afterId", StoredText.Keep(id));
        }

        return (where.ToString(), values);
    }

    sealed record AlertRow(
        string Alert_Id, long Time_Us, string Status, long Version, long First_Change_Us, long Last_Change_Us, string Json, string? Resolution, string? Assignee,
        string Tags, long Notes, long Triage_Revision, long? Triage_Us, long Evidence_Version, long Most_Requests)
    {
        public string Cursor => string.Create(CultureInfo.InvariantCulture, $"{Time_Us}.{Alert_Id}");

        public TriageState State => new(
            TriageWords.TryStatus(Status, out var status) ? status : throw new FormatException($"The alert {Alert_Id} has the status '{Status}', which is none."),
            TriageWords.TryResolution(Resolution, out var resolution) ? resolution : null, StoredText.Back(Assignee), Tags);

        public StoredAlert Back()
        {
            var state = State;
            return new StoredAlert(AlertText.Read(Json), state.Status, Version, First_Change_Us, Last_Change_Us)
            {
                Triage = new AlertTriage
                {
                    Resolution = state.Resolution, Assignee = state.Assignee, Tags = state.TagList, Notes = Notes, Revision = Triage_Revision, ChangedMicros = Triage_Us,
                },
                EvidenceVersion = Evidence_Version,
            };
        }

        public static (long Time, string Id) ReadCursor(string cursor)
        {
            var dot = cursor.IndexOf('.', StringComparison.Ordinal);
            return dot > 0 && long.TryParse(cursor.AsSpan(0, dot), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var time)
                ? (time, cursor[(dot + 1)..])
                : throw new FormatException($"'{cursor}' is no cursor of an alert list; use the one that the page before gave.");
        }
    }
}
