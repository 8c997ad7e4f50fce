using AuditWatch.Detection.Runtime;
using AuditWatch.Events.Falco;
using AuditWatch.Ingest.Journal;
using AuditWatch.Storage.State;

namespace AuditWatch.Server.Workers;

/// <summary>What the state keeps of a frame of Falco's alerts, so that timelines find them.</summary>
static class FalcoNotes
{
    public static IEnumerable<FalcoNote> Of(JournalFrame frame)
    {
        for (var i = frame.FirstIndex; i < frame.Records.Count; i++)
        {
            using var alert = FalcoAlert.TryRead(frame.Records[i], out _, out _);
            if (alert is null) continue;
            yield return new FalcoNote(frame.PositionOf(i), frame.Cluster, alert.TimeMicros != 0 ? alert.TimeMicros : frame.ReceivedMicros,
                alert.Namespace, alert.Pod, alert.Container, alert.Rule, alert.Priority, FalcoSentence.Of(alert));
        }
    }
}
