using AuditWatch.Events;

namespace AuditWatch.Server.Workers;

/// <summary>How far detection is saved, for those who must not run ahead of it (retention) or want to show it (metrics).</summary>
sealed class Committed(EventPosition start)
{
    readonly Lock _gate = new();
    EventPosition _position = start;
    long _alerts;

    public EventPosition Position
    {
        get
        {
            lock (_gate) return _position;
        }
    }

    /// <summary>Alerts raised or joined by new evidence since start.</summary>
    public long Alerts => Interlocked.Read(ref _alerts);

    public void Move(EventPosition position, int alerts)
    {
        lock (_gate) _position = position;
        Interlocked.Add(ref _alerts, alerts);
    }
}
