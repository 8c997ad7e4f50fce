using AuditWatch.Detection;
using AuditWatch.Events.Health;
using AuditWatch.Ingest.Journal;
using AuditWatch.Storage.State;

namespace AuditWatch.Server.Workers;

/// <summary>A health fact has put an end to another one: the alerts on that one are over, and are closed in our own name unless somebody has closed them.</summary>
sealed record AlertsOver(IReadOnlyList<string> AlertIds, string Why)
{
    public static IEnumerable<AlertsOver> Of(JournalFrame frame, DetectionEngine engine)
    {
        for (var i = frame.FirstIndex; i < frame.Records.Count; i++)
        {
            using var fact = HealthRecord.TryRead(frame.Records[i]);
            if (fact?.Ends is { } ended) yield return new AlertsOver(engine.HealthAlertIds(frame.Cluster, ended, fact.EndsSinceMicros), fact.Sentence + ".");
        }
    }

    public async Task CloseAsync(StateStore state, CancellationToken stop)
    {
        foreach (var id in AlertIds)
        {
            if (await state.FindAlertAsync(id, stop) is not { } alert || alert.Status == AlertStatus.Closed) continue;
            await state.TriageAsync(id, new TriageChange("auditwatch", "auditwatch") { Status = AlertStatus.Closed, Resolution = Resolution.TruePositive, Note = Why }, null, stop);
        }
    }
}
