using AuditWatch.Ingest.Journal;

namespace AuditWatch.Server.Hosting;

/// <summary>Whether posts are to wait. Measuring walks the journal's folder, so it is done at most twice a second.</summary>
sealed class Pressure(LocalJournal journal, TimeProvider clock)
{
    static readonly TimeSpan Every = TimeSpan.FromMilliseconds(500);
    readonly Lock _gate = new();
    long _measured = long.MinValue;
    bool _isHigh;

    public bool IsHigh
    {
        get
        {
            var now = clock.GetTimestamp();
            lock (_gate)
            {
                if (_measured != long.MinValue && clock.GetElapsedTime(_measured, now) < Every) return _isHigh;
                _measured = now;
                return _isHigh = journal.IsOverHighWater;
            }
        }
    }
}
