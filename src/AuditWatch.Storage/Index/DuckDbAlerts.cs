using AuditWatch.Storage.State;
using DuckDB.NET.Data;

namespace AuditWatch.Storage.Index;

/// <summary>Copies of alerts, beside the events, so that SQL can join them.</summary>
internal static class DuckDbAlerts
{
    public static void Put(DuckDBConnection connection, IReadOnlyList<StoredAlert> alerts)
    {
        foreach (var stored in alerts)
        {
            var alert = stored.Alert;
            var id = new SqlValue("alert_id", alert.AlertId);
            var stands = Run(connection, "select max(version) from alerts where alert_id = $alert_id", id);
            if (stands is long version && version > stored.Version) continue;
            Run(connection, "delete from alerts where alert_id = $alert_id", id);
            Run(connection, "delete from alert_evidence where alert_id = $alert_id", id);
            Insert(connection, "alerts",
                ("alert_id", alert.AlertId), ("version", stored.Version), ("status", stored.Status.ToString().ToLowerInvariant()),
                ("time", DateTime.UnixEpoch.AddMicroseconds(alert.TimeMicros)), ("cluster", alert.Cluster), ("level", alert.Level),
                ("rule_id", alert.Rule.Id), ("rule_name", alert.Rule.Name), ("rule_title", alert.Rule.Title),
                ("attack", alert.Rule.Attack.ToList()), ("tactics", alert.Rule.Tactics.ToList()), ("sentence", alert.Sentence),
                ("user", alert.Actor.User), ("effective_user", alert.Actor.EffectiveUser), ("impersonated", alert.Actor.Impersonated),
                ("credential_id", alert.Actor.CredentialId), ("client_ip", alert.Actor.ClientIp), ("user_agent", alert.Actor.UserAgent),
                ("verb", alert.Verb), ("api_group", alert.Object?.ApiGroup), ("resource", alert.Object?.Resource), ("subresource", alert.Object?.Subresource),
                ("namespace", alert.Object?.Namespace), ("name", alert.Object?.Name), ("outcome", alert.Outcome), ("count", alert.Count),
                ("audit_ids", alert.AuditIds.ToList()));
            foreach (var place in alert.Evidence)
                if (place.File is null)
                    Insert(connection, "alert_evidence", ("alert_id", alert.AlertId), ("segment", place.Segment), ("frame", place.Frame), ("index", place.Index));
        }
    }

    static void Insert(DuckDBConnection connection, string table, params (string Name, object? Value)[] values)
    {
        var parameters = values.Select(value => new SqlValue(value.Name, value.Value)).ToArray();
        var columns = string.Join(", ", values.Select(value => $"\"{value.Name}\""));
        Run(connection, $"insert into {table} ({columns}) values ({string.Join(", ", parameters.Select(parameter => parameter.Expression))})", parameters);
    }

    static object? Run(DuckDBConnection connection, string sql, params SqlValue[] values)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        foreach (var value in values) command.Parameters.Add(value.Parameter);
        return command.ExecuteScalar();
    }
}
