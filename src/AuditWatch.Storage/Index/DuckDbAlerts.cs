using System.Data;
using System.Globalization;
using AuditWatch.Storage.State;
using DuckDB.NET.Data;

namespace AuditWatch.Storage.Index;

/// <summary>Copies of alerts, beside the events, so that SQL can join them. Without an index on them every statement reads the whole table, so many are put at once.</summary>
internal static class DuckDbAlerts
{
    const int RowsAtOnce = 64, EvidenceAtOnce = 256;

    public static void Put(DuckDBConnection connection, IReadOnlyList<StoredAlert> alerts)
    {
        foreach (var some in alerts.GroupBy(a => a.Alert.AlertId, StringComparer.Ordinal).Select(g => g.MaxBy(a => a.Version)!).Chunk(RowsAtOnce)) PutSome(connection, some);
    }

    static void PutSome(DuckDBConnection connection, StoredAlert[] alerts)
    {
        var newer = Versions(connection, alerts);
        var rows = alerts.Where(a => !newer.TryGetValue(a.Alert.AlertId, out var stands) || stands <= a.Version).ToList();
        if (rows.Count == 0) return;
        var ids = Ids(rows);
        foreach (var table in new[] { "alerts", "alert_evidence" }) Run(connection, $"delete from {table} where alert_id in ({List(ids)})", ids);
        Insert(connection, "alerts", [.. rows.Select(Row)]);
        foreach (var places in rows.SelectMany(Places).Chunk(EvidenceAtOnce)) Insert(connection, "alert_evidence", places);
    }

    static Dictionary<string, long> Versions(DuckDBConnection connection, StoredAlert[] alerts)
    {
        var ids = Ids(alerts);
        using var command = Command(connection, $"select alert_id, max(version) from alerts where alert_id in ({List(ids)}) group by alert_id", ids);
        using IDataReader reader = command.ExecuteReader();
        var versions = new Dictionary<string, long>(StringComparer.Ordinal);
        while (reader.Read()) versions[reader.GetString(0)] = reader.GetInt64(1);
        return versions;
    }

    static (string Name, object? Value)[] Row(StoredAlert stored)
    {
        var alert = stored.Alert;
        return
        [
            ("alert_id", alert.AlertId), ("version", stored.Version), ("status", stored.Status.ToString().ToLowerInvariant()),
            ("time", DateTime.UnixEpoch.AddMicroseconds(alert.TimeMicros)), ("cluster", alert.Cluster), ("level", alert.Level),
            ("rule_id", alert.Rule.Id), ("rule_name", alert.Rule.Name), ("rule_title", alert.Rule.Title),
            ("attack", alert.Rule.Attack.ToList()), ("tactics", alert.Rule.Tactics.ToList()), ("sentence", alert.Sentence),
            ("user", alert.Actor.User), ("effective_user", alert.Actor.EffectiveUser), ("impersonated", alert.Actor.Impersonated),
            ("credential_id", alert.Actor.CredentialId), ("client_ip", alert.Actor.ClientIp), ("user_agent", alert.Actor.UserAgent),
            ("verb", alert.Verb), ("api_group", alert.Object?.ApiGroup), ("resource", alert.Object?.Resource), ("subresource", alert.Object?.Subresource),
            ("namespace", alert.Object?.Namespace), ("name", alert.Object?.Name), ("outcome", alert.Outcome), ("count", alert.Count),
            ("audit_ids", alert.AuditIds.ToList()),
        ];
    }

    static IEnumerable<(string Name, object? Value)[]> Places(StoredAlert stored) =>
        stored.Alert.Evidence.Where(place => place.File is null)
            .Select(place => new (string, object?)[] { ("alert_id", stored.Alert.AlertId), ("segment", place.Segment), ("frame", place.Frame), ("index", place.Index) });

    static void Insert(DuckDBConnection connection, string table, (string Name, object? Value)[][] rows)
    {
        var values = rows.Select((row, number) => row.Select(value => new SqlValue(string.Create(CultureInfo.InvariantCulture, $"{value.Name}_{number}"), value.Value)).ToArray()).ToList();
        var columns = string.Join(", ", rows[0].Select(value => $"\"{value.Name}\""));
        Run(connection, $"insert into {table} ({columns}) values {string.Join(", ", values.Select(row => $"({List(row)})"))}", [.. values.SelectMany(row => row)]);
    }

    static SqlValue[] Ids(IReadOnlyList<StoredAlert> alerts) => [.. alerts.Select((a, number) => new SqlValue(string.Create(CultureInfo.InvariantCulture, $"alert_id_{number}"), a.Alert.AlertId))];

    static string List(IEnumerable<SqlValue> values) => string.Join(", ", values.Select(value => value.Expression));

    static void Run(DuckDBConnection connection, string sql, SqlValue[] values)
    {
        using var command = Command(connection, sql, values);
        command.ExecuteNonQuery();
    }

    static DuckDBCommand Command(DuckDBConnection connection, string sql, SqlValue[] values)
    {
        var command = connection.CreateCommand();
        command.CommandText = sql;
        foreach (var value in values) command.Parameters.Add(value.Parameter);
        return command;
    }
}
