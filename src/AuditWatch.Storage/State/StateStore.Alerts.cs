using System.Globalization;
using System.Text;
using Dapper;

namespace AuditWatch.Storage.State;

public sealed partial class StateStore
{
    const string AlertColumns = "alert_id, time_us, status, version, first_change_us, last_change_us, json";

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
        foreach (var ids in alertIds.Chunk(500))   // well under every database's limit of parameters
            found.AddRange((await ReadAsync(connection => connection.QueryAsync<AlertRow>(Sql(
                $"select {AlertColumns} from alert where alert_id in @ids", new { ids }, null, stop)), stop).ConfigureAwait(false)).Select(row => row.Back()));
        return found;
    }

    /// <summary>Sets an alert's triage; the alert as it then stands, or null when it does not exist or is not at <paramref name="ifVersion"/> any more.</summary>
    public async Task<StoredAlert?> SetStatusAsync(string alertId, AlertStatus status, long? ifVersion, CancellationToken stop) =>
        await WriteAsync(async transaction =>
        {
            var now = UnixMicros.Of(_clock);
            var row = await transaction.Connection!.QueryFirstOrDefaultAsync<AlertRow>(Sql(
                $"""
                update alert set status = @status, version = version + 1, last_change_us = @now
                where alert_id = @alertId and (@ifVersion is null or version = @ifVersion)
                returning {AlertColumns}
                """, new { alertId, status = Word(status), ifVersion, now }, transaction, stop)).ConfigureAwait(false);
            if (row is null) return null;
            await TellAsync(transaction, alertId, row.Version, now, stop).ConfigureAwait(false);
            return row.Back();
        }, stop).ConfigureAwait(false);

    static (string Sql, DynamicParameters Values) Compose(AlertQuery query)
    {
        var values = new DynamicParameters();
        var where = new StringBuilder(" where 1 = 1");
        void And(string condition, string name, object? value)
        {
            if (value is null) return;
            where.Append(" and ").Append(condition);
            values.Add(name, value);
        }

        And("cluster = @cluster", "cluster", StoredText.Keep(query.Cluster));
        And("level >= @level", "level", query.MinLevel is null ? null : AlertLevel.RankOf(query.MinLevel));
        And("(rule_id = @rule or rule_name = @rule)", "rule", StoredText.Keep(query.Rule));
        And("status = @status", "status", query.Status is { } status ? Word(status) : null);
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
            values.Add("afterId", id);
        }

        var sql = $"select {AlertColumns} from alert{where} order by time_us desc, alert_id";
        if (query.Limit <= 0) return (sql, values);
        values.Add("limit", (long)query.Limit + 1);
        return (sql + " limit @limit", values);
    }

    static string Word(AlertStatus status) => status switch
    {
        AlertStatus.New => "new",
        AlertStatus.Acknowledged => "acknowledged",
        AlertStatus.Closed => "closed",
        _ => throw new ArgumentOutOfRangeException(nameof(status)),
    };

    sealed record AlertRow(string Alert_Id, long Time_Us, string Status, long Version, long First_Change_Us, long Last_Change_Us, string Json)
    {
        public string Cursor => string.Create(CultureInfo.InvariantCulture, $"{Time_Us}.{Alert_Id}");

        public StoredAlert Back() => new(AlertText.Read(Json), Enum.Parse<AlertStatus>(Status, ignoreCase: true), Version, First_Change_Us, Last_Change_Us);

        public static (long Time, string Id) ReadCursor(string cursor)
        {
            var dot = cursor.IndexOf('.', StringComparison.Ordinal);
            return dot > 0 && long.TryParse(cursor.AsSpan(0, dot), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var time)
                ? (time, cursor[(dot + 1)..])
                : throw new FormatException($"'{cursor}' is no cursor of an alert list; use the one that the page before gave.");
        }
    }
}
