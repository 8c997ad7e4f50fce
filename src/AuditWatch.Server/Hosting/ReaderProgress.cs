using AuditWatch.Events;

namespace AuditWatch.Server.Hosting;

/// <summary>How many audit events a journal reader has settled: what it read counts only once its own durable position has passed it.</summary>
sealed class ReaderProgress(Func<EventPosition> durable)
{
    readonly Lock _gate = new();
    readonly Queue<(EventPosition End, int Events)> _underWay = new();
    long _settled;
    EventPosition _skipped = EventPosition.Start;

    /// <summary>Audit events settled since the start.</summary>
    public long Settled
    {
        get
        {
            var position = durable();
            lock (_gate)
            {
                while (_underWay.TryPeek(out var next) && next.End <= position)
                {
                    _settled += next.Events;
                    _underWay.Dequeue();
                }
                return _settled;
            }
        }
    }

    /// <summary>How far it has come: its durable position, or past it where only records followed that it has no use for.</summary>
    public EventPosition Position
    {
        get
        {
            var position = durable();
            lock (_gate) return _skipped > position ? _skipped : position;
        }
    }

    /// <summary>A frame that it has no use for was passed, and everything before it is settled.</summary>
    public void OnSkipped(EventPosition end)
    {
        lock (_gate) _skipped = end;
    }

    /// <summary>A frame was read, up to <paramref name="end"/>.</summary>
    public void OnRead(EventPosition end, int events)
    {
        lock (_gate) _underWay.Enqueue((end, events));
    }

    /// <summary>The reader goes back to its durable position; what was under way will be read again.</summary>
    public void OnBack()
    {
        _ = Settled;
        lock (_gate) _underWay.Clear();
    }
}
