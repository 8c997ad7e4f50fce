using AuditWatch.Detection;
using AuditWatch.Detection.State;
using AuditWatch.Events;
using AuditWatch.Ingest.Journal;
using AuditWatch.Server.Hosting;
using AuditWatch.Storage.State;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace AuditWatch.Server.Workers;

/// <summary>
/// Journal → engine → state. Several frames share a commit while there are more to read; at the journal's end every frame is committed at once, so an alert never
/// waits for company. A commit that fails is tried again until it holds: the engine has gone on, the state must follow.
/// </summary>
sealed partial class DetectWorker(IJournal journal, DetectionEngine engine, StateStore state, Backlog backlog, Committed committed, TimeProvider clock, ILogger<DetectWorker> log)
    : BackgroundService
{
    public const string Reader = "detect";
    const int FramesPerCommit = 32;
    readonly List<DetectionCommit> _open = [];
    readonly List<QuarantineNote> _quarantined = [];
    readonly List<FalcoNote> _falco = [];
    readonly List<AlertsOver> _over = [];

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await Task.Yield();
        try
        {
            await foreach (var frame in journal.ReadAsync(engine.ReadAfter, follow: true, stoppingToken))
            {
                // A fact may end an alert, which must be there by then.
                if (frame.Kind == RecordKind.Health) await CommitAsync(stoppingToken);
                if (Take(frame) is { } commit) _open.Add(commit);
                if (_open.Count >= FramesPerCommit || frame.PositionOf(frame.Records.Count - 1) >= journal.End) await CommitAsync(stoppingToken);
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // What is not committed is judged again at the next start.
        }
        catch (Exception fault)
        {
            // Going on past a frame that could not be judged would lose alerts; stopping is seen (lag grows, readyz says so) and a restart tries again.
            Stopped(log, engine.Position, fault);
            throw;
        }
    }

    DetectionCommit? Take(JournalFrame frame)
    {
        var last = frame.PositionOf(frame.Records.Count - 1);
        switch (frame.Kind)
        {
            case RecordKind.Audit:
                if (last > engine.Position) backlog.Detected.OnRead(last, frame.Records.Count - frame.FirstIndex);
                return engine.Process(new JournaledEvents(frame.Cluster, frame.Segment, frame.Frame, frame.ReceivedMicros, frame.Fresh, frame.FirstIndex));
            case RecordKind.Idle:
                return engine.Idle(frame.Cluster, last);
            case RecordKind.Falco:
                if (last > engine.Position) _falco.AddRange(FalcoNotes.Of(frame));
                return engine.ProcessFalco(new JournaledEvents(frame.Cluster, frame.Segment, frame.Frame, frame.ReceivedMicros, frame.Fresh, frame.FirstIndex));
            case RecordKind.Health:
                if (last > engine.Position) _over.AddRange(AlertsOver.Of(frame, engine));
                return engine.ProcessHealth(new JournaledEvents(frame.Cluster, frame.Segment, frame.Frame, frame.ReceivedMicros, frame.Fresh, frame.FirstIndex));
            case RecordKind.Quarantine when last > engine.Position:
                for (var i = frame.FirstIndex; i < frame.Records.Count; i++)
                    if (QuarantineRecord.Read(frame.Records[i]) is { } record)
                        _quarantined.Add(new QuarantineNote(frame.PositionOf(i), frame.Cluster, frame.Source, record.Reason, frame.ReceivedMicros, record.Bytes));
                return engine.Skip(last);
            default:
                return engine.Skip(last);
        }
    }

    async Task CommitAsync(CancellationToken stop)
    {
        if (_open.Count == 0) return;
        // Later words about an alert or a key replace earlier ones; their order is kept.
        var alerts = _open.SelectMany(c => c.Alerts).Reverse().DistinctBy(a => a.AlertId).Reverse().ToList();
        var commit = (_open.Count == 1 ? _open[0] : new DetectionCommit(Reader, _open[^1].Position, [.. _open.SelectMany(c => c.Changes)], alerts)
        {
            Incidents = [.. _open.SelectMany(c => c.Incidents).Reverse().DistinctBy(i => i.IncidentId).Reverse()],
        }) with { Epoch = committed.Epoch };
        for (var pause = TimeSpan.FromMilliseconds(200); ; pause = TimeSpan.FromTicks(Math.Min(pause.Ticks * 2, TimeSpan.FromSeconds(30).Ticks)))
        {
            try
            {
                // Notes first: they are idempotent, and the position must not pass a record that nobody can find.
                if (_quarantined.Count > 0) await state.AddQuarantineNotesAsync(_quarantined, stop);
                if (_falco.Count > 0) await state.AddFalcoNotesAsync(_falco, stop);
                foreach (var over in _over) await over.CloseAsync(state, stop);
                await state.CommitAsync(commit, stop);
                break;
            }
            catch (Exception fault) when (fault is not (OperationCanceledException or ReaderTakenOverException))
            {
                CouldNotCommit(log, commit.Position, fault);
                await Task.Delay(pause, clock, stop);
            }
        }
        committed.Move(commit.Position, commit.Alerts.Count);
        _quarantined.Clear();
        _falco.Clear();
        _over.Clear();
        _open.Clear();
    }

    [LoggerMessage(3310, LogLevel.Error, "Could not save detection up to {Position}; it is tried again.")]
    static partial void CouldNotCommit(ILogger log, EventPosition position, Exception fault);

    [LoggerMessage(3311, LogLevel.Critical, "Detection stopped after {Position}.")]
    static partial void Stopped(ILogger log, EventPosition position, Exception fault);
}
