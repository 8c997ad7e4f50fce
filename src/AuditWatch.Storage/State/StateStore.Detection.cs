using System.Data;
using System.Data.Common;
using System.Globalization;
using AuditWatch.Detection.Alerts;
using AuditWatch.Detection.State;
using AuditWatch.Events;
using Dapper;

namespace AuditWatch.Storage.State;

public sealed partial class StateStore : IDetectionState
{
    /// <inheritdoc/>
    public async Task<DetectionCheckpoint> LoadAsync(string reader, CancellationToken stop)
    {
        var (position, rows) = await ReadAsync(async connection =>
        {
            // One snapshot for both, should a commit come between them.
            var snapshot = await connection.BeginTransactionAsync(IsolationLevel.RepeatableRead, stop).ConfigureAwait(false);
            await using (snapshot.ConfigureAwait(false))
            {
                var at = await connection.QueryFirstOrDefaultAsync<PositionRow>(Sql(
                    "select segment, frame, record from reader_position where reader = @reader", new { reader }, snapshot, stop)).ConfigureAwait(false);
                var kept = await connection.QueryAsync<StateRow>(Sql(
                    """
                    select cluster, kind, state_key, value, expires_us from detection_state where reader = @reader
                    order by cluster, kind, state_key
                    """, new { reader }, snapshot, stop)).ConfigureAwait(false);
                return (at, kept.AsList());
            }
        }, stop).ConfigureAwait(false);
        if (position is null && rows.Count == 0) return DetectionCheckpoint.Empty;
        return new DetectionCheckpoint(position?.Position ?? EventPosition.Start, rows.ConvertAll(row => row.Back()));
    }

    /// <inheritdoc/>
    public Task CommitAsync(DetectionCommit commit, CancellationToken stop) => _database.WriteAsync(async transaction =>
    {
        // First, so that whoever was overtaken writes nothing at all, and whoever takes over waits for what is under way.
        await SavePositionAsync(transaction, commit.Reader, commit.Position, commit.Epoch, stop).ConfigureAwait(false);
        await _database.ApplyAsync(transaction, commit.Reader, commit.Changes, stop).ConfigureAwait(false);
        foreach (var alert in commit.Alerts) await RaiseAsync(transaction, alert, stop).ConfigureAwait(false);
        await WriteIncidentsAsync(transaction, commit.Incidents, stop).ConfigureAwait(false);
        await CountExceptionUsesAsync(transaction, commit.Reader, commit.Hidden, stop).ConfigureAwait(false);
        return commit.Changes.Count;
    }, alongside: true, stop);

    // Triage is not evidence's to change, but for one thing: a closed alert that more requests join than it ever had is opened again. What is already stored as it
    // is makes no new version and no outbox entry.
    async Task RaiseAsync(DbTransaction transaction, Alert alert, CancellationToken stop)
    {
        var connection = transaction.Connection!;
        var now = UnixMicros.Of(_clock);
        var row = await connection.QueryFirstOrDefaultAsync<AlertRow>(Sql(
            $"""
            insert into alert (alert_id, cluster, rule_id, rule_name, level, time_us, actor_user, effective_user, credential_id, client_ip, object_namespace,
                               first_change_us, last_change_us, json, most_requests)
            values (@id, @cluster, @rule, @ruleName, @level, @time, @user, @effectiveUser, @credential, @ip, @ns, @now, @now, @json, @count)
            on conflict (alert_id) do update set
                level = excluded.level, time_us = excluded.time_us, json = excluded.json,
                version = alert.version + 1, evidence_version = alert.version + 1, last_change_us = excluded.last_change_us
                where alert.json <> excluded.json
            returning {AlertColumns}
            """,
            new
            {
                id = alert.AlertId,
                cluster = StoredText.Keep(alert.Cluster),
                rule = alert.Rule.Id,
                ruleName = StoredText.Keep(alert.Rule.Name),
                level = AlertLevel.RankOf(alert.Level),
                time = alert.TimeMicros,
                user = StoredText.Keep(alert.Actor.User),
                effectiveUser = StoredText.Keep(alert.Actor.EffectiveUser),
                credential = StoredText.Keep(alert.Actor.CredentialId),
                ip = StoredText.Keep(alert.Actor.ClientIp),
                ns = StoredText.Keep(alert.Object?.Namespace),
                now,
                json = AlertText.Write(alert),
                count = alert.Count,
            }, transaction, stop)).ConfigureAwait(false);
        if (row is null) return;
        if (alert.Count > row.Most_Requests)
        {
            await connection.ExecuteAsync(Sql("update alert set most_requests = @count where alert_id = @id", new { id = alert.AlertId, count = alert.Count }, transaction, stop)).ConfigureAwait(false);
            if (row.State is { Status: AlertStatus.Closed } closed)
            {
                var by = new TriageChange("auditwatch", "auditwatch")
                {
                    Note = string.Create(CultureInfo.InvariantCulture, $"More evidence joined: {row.Most_Requests} requests when it was closed, {alert.Count} now."),
                };
                await WriteTriageAsync(transaction, row, closed with { Status = AlertStatus.Reopened, Resolution = null }, by, "reopened", null, stop).ConfigureAwait(false);
                return;
            }
        }

        await TellAsync(transaction, alert.AlertId, row.Version, now, stop).ConfigureAwait(false);
    }

    static Task<int> TellAsync(DbTransaction transaction, string alertId, long version, long now, CancellationToken stop) =>
        transaction.Connection!.ExecuteAsync(Sql(
            "insert into outbox (alert_id, version, created_us, due_us) values (@alertId, @version, @now, @now)",
            new { alertId, version, now }, transaction, stop));

    sealed record StateRow(string Cluster, string Kind, string State_Key, byte[] Value, long Expires_Us)
    {
        public StateChange Back() => new(StoredText.Back(Cluster)!, Kind, StoredText.Back(State_Key)!, Value, Expires_Us);
    }
}
