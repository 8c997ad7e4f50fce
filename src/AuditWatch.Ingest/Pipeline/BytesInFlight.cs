namespace AuditWatch.Ingest.Pipeline;

/// <summary>A fixed amount of memory that requests share, first come first served.</summary>
internal sealed class BytesInFlight
{
    readonly Lock _gate = new();
    readonly LinkedList<(long Bytes, TaskCompletionSource Granted)> _waiting = [];
    readonly long _capacity;
    long _free;

    public BytesInFlight(long capacity) => _free = _capacity = capacity;

    public long Free
    {
        get { lock (_gate) return _free; }
    }

    /// <summary>Takes a share (at most the whole); false when it was not to be had in time.</summary>
    public async ValueTask<bool> TryTakeAsync(long bytes, TimeSpan wait, TimeProvider time, CancellationToken stop)
    {
        bytes = Math.Min(bytes, _capacity);
        LinkedListNode<(long, TaskCompletionSource Granted)> place;
        lock (_gate)
        {
            if (_waiting.Count == 0 && _free >= bytes)
            {
                _free -= bytes;
                return true;
            }
            place = _waiting.AddLast((bytes, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)));
        }
        try
        {
            await place.Value.Granted.Task.WaitAsync(wait, time, stop).ConfigureAwait(false);
            return true;
        }
        catch (Exception e) when (e is TimeoutException or OperationCanceledException)
        {
            lock (_gate)
            {
                // Granted in the same moment: then it is ours after all.
                if (place.List is null)
                {
                    if (e is TimeoutException) return true;
                    Grant(bytes);
                }
                else
                {
                    _waiting.Remove(place);
                    Grant(0);
                }
            }
            if (e is TimeoutException) return false;
            throw;
        }
    }

    public void Return(long bytes)
    {
        lock (_gate) Grant(Math.Min(bytes, _capacity));
    }

    void Grant(long returned)
    {
        _free += returned;
        while (_waiting.First is { } next && next.Value.Bytes <= _free)
        {
            _free -= next.Value.Bytes;
            _waiting.RemoveFirst();
            next.Value.Granted.SetResult();
        }
    }
}
