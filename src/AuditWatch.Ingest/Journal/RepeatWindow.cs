using AuditWatch.Events;

namespace AuditWatch.Ingest.Journal;

/// <summary>Tells repeats from new records, also among appends that are not durable yet.</summary>
internal sealed class RepeatWindow(int capacity)
{
    readonly Lock _gate = new();
    readonly RepeatTable _table = new(capacity);
    readonly List<PendingAppend> _inFlight = [];

    public int Capacity => _table.Capacity;

    /// <summary>Adds an id found in the journal at start.</summary>
    public void Restore(EventId id)
    {
        if (_table.Find(id) < 0) _table.Add(id);
    }

    /// <summary>
    /// Claims the ids that are new: their indexes go to <paramref name="kept"/>. Repeats of records that are still on their way to the disk name the appends that
    /// carry them, since nobody may be told "we have it" before that is true.
    /// </summary>
    public int Claim(PendingAppend append, ReadOnlySpan<EventId> ids, Span<int> kept, ref List<PendingAppend>? waitFor)
    {
        var count = 0;
        lock (_gate)
        {
            append.FirstId = _table.Next;
            for (var i = 0; i < ids.Length; i++)
            {
                var place = _table.Find(ids[i]);
                if (place >= 0)
                {
                    if (place < append.FirstId && CarrierOf(place) is { } carrier && waitFor?.Contains(carrier) != true) (waitFor ??= []).Add(carrier);
                    continue;
                }
                _table.Add(ids[i]);
                kept[count++] = i;
            }
            append.EndId = _table.Next;
            if (count > 0) _inFlight.Add(append);
        }
        return count;
    }

    /// <summary>A frame was not written: its records are new again.</summary>
    public void Forget(PendingFrame frame)
    {
        lock (_gate) frame.ForEachId(_table.Remove);
    }

    /// <summary>Claimed ids that never became a frame.</summary>
    public void Forget(ReadOnlySpan<EventId> ids, ReadOnlySpan<int> kept)
    {
        lock (_gate) foreach (var i in kept) _table.Remove(ids[i]);
    }

    public void Close(PendingAppend append)
    {
        lock (_gate) _inFlight.Remove(append);
    }

    PendingAppend? CarrierOf(long place)
    {
        for (var i = _inFlight.Count - 1; i >= 0; i--)
        {
            if (place >= _inFlight[i].FirstId && place < _inFlight[i].EndId) return _inFlight[i];
        }
        return null;
    }
}
