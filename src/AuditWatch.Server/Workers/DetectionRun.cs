using AuditWatch.Detection;
using AuditWatch.Detection.State;
using AuditWatch.Events;
using AuditWatch.Ingest.Journal;
using AuditWatch.Server.Hosting;
using AuditWatch.Storage.State;
using Microsoft.Extensions.Logging;

namespace AuditWatch.Server.Workers;

/// <summary>
/// One partition of the journal → engine → state. Several frames share a commit while there are more to read, and what changes in each of them is written once; at the
/// journal's end every frame is committed at once, so an alert never waits for company. A commit that fails is tried again until it holds: the engine has gone on, the state must follow; unless another process has taken the reader over.
/// </summary>
sealed partial class DetectionRun(DetectionEngine engine, StateStore state, ReaderProgress progress, Committed committed, TimeProvider clock, ILogger log)
{
    const int FramesPerCommit = 64;
    readonly List<QuarantineNote> _quarantined = [];
    readonly List<FalcoNote> _falco = [];
    readonly List<AlertsOver> _over = [];
    readonly TakenExceptions _exceptions = new(engine.Reader, engine, state, committed, clock, log);
    int _frames;

    /// <summary>Called with each frame that is read, before it is judged.</summary>
    public Action<JournalFrame>? OnFrame { get; init; }

    /// <summary>Called with the number of alerts that a commit raised or changed.</summary>
    public Action<int>? OnAlerts { get; init; }

    /// <summary>Reads, judges and saves until it is told to stop.</summary>
    public async Task RunAsync(IJournalPartition partition, CancellationToken stop)
    {
        await _exceptions.TakeUpAsync(stop);
        await foreach (var frame in partition.ReadAsync(engine.ReadAfter, follow: true, stop))
        {
            if (_exceptions.AreDue) await _exceptions.LookAsync(stop);
            // A fact may end an alert, which must be there by then.
            if (frame.Kind == RecordKind.Health) await CommitAsync(stop);
            OnFrame?.Invoke(frame);
            Take(frame);
            if (++_frames >= FramesPerCommit || frame.PositionOf(frame.Records.Count - 1) >= partition.End) await CommitAsync(stop);
        }
    }

    void Take(JournalFrame frame)
    {
        var last = frame.PositionOf(frame.Records.Count - 1);
        switch (frame.Kind)
        {
            case RecordKind.Audit:
                if (last > engine.Position) progress.OnRead(last, frame.Records.Count - frame.FirstIndex);
                engine.Judge(new JournaledEvents(frame.Cluster, frame.Segment, frame.Frame, frame.ReceivedMicros, frame.Fresh, frame.FirstIndex));
                break;
            case RecordKind.Idle:
                engine.PassIdle(frame.Cluster, last);
                break;
            case RecordKind.Falco:
                if (last > engine.Position) _falco.AddRange(FalcoNotes.Of(frame));
                engine.JudgeFalco(new JournaledEvents(frame.Cluster, frame.Segment, frame.Frame, frame.ReceivedMicros, frame.Fresh, frame.FirstIndex));
                break;
            case RecordKind.Health:
                if (last > engine.Position) _over.AddRange(AlertsOver.Of(frame, engine));
                engine.JudgeHealth(new JournaledEvents(frame.Cluster, frame.Segment, frame.Frame, frame.ReceivedMicros, frame.Fresh, frame.FirstIndex));
                break;
            case RecordKind.Quarantine when last > engine.Position:
                for (var i = frame.FirstIndex; i < frame.Records.Count; i++)
                    if (QuarantineRecord.Read(frame.Records[i]) is { } record)
                        _quarantined.Add(new QuarantineNote(frame.PositionOf(i), frame.Cluster, frame.Source, record.Reason, frame.ReceivedMicros, record.Bytes));
                engine.Pass(last);
                break;
            default:
                engine.Pass(last);
                break;
        }
    }

    async Task CommitAsync(CancellationToken stop)
    {
        _frames = 0;
        if (engine.TakeCommit() is not { } taken) return;
        var commit = taken with { Epoch = committed.Epoch };
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
        OnAlerts?.Invoke(commit.Alerts.Count);
        _quarantined.Clear();
        _falco.Clear();
        _over.Clear();
    }

    [LoggerMessage(3310, LogLevel.Error, "Could not save detection up to {Position}; it is tried again.")]
    static partial void CouldNotCommit(ILogger log, EventPosition position, Exception fault);
}
