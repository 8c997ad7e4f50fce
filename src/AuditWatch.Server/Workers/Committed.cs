using AuditWatch.Events;

namespace AuditWatch.Server.Workers;

/// <summary>How far detection is saved, for those who must not run ahead of it (retention) or want to show it (metrics).</summary>
/// <param name="start">Where the last run ended.</param>
/// <param name="epoch">The epoch that the reader was taken under.</param>
sealed class Committed(EventPosition start, long epoch)
{
    readonly Lock _gate = new();
    EventPosition _position = start;
    long _alerts;

    /// <summary>The epoch that every commit carries.</summary>
    public long Epoch => epoch;

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
