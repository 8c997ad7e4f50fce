namespace AuditWatch.Storage.Elasticsearch;

/// <summary>How many requests may be under way: one more after ten in a row that went well, half of them after one that was turned away. For one who enters.</summary>
internal sealed class RequestGate(int most)
{
    const int CleanRun = 10;
    readonly Lock _gate = new();
    TaskCompletionSource? _waiting;
    int _inUse, _clean;

    public int Limit { get; private set; } = Math.Min(2, most);

    public async Task EnterAsync(CancellationToken stop)
    {
        while (true)
        {
            Task room;
            lock (_gate)
            {
                if (_inUse < Limit)
                {
                    _inUse++;
                    return;
                }
                room = (_waiting ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).Task;
            }
            await room.WaitAsync(stop).ConfigureAwait(false);
        }
    }

    public void Leave()
    {
        lock (_gate)
        {
            _inUse--;
            Wake();
        }
    }

    public void OnClean()
    {
        lock (_gate)
        {
            if (++_clean < CleanRun || Limit >= most) return;
            _clean = 0;
            Limit++;
            Wake();
        }
    }

    public void OnPressure()
    {
        lock (_gate) (_clean, Limit) = (0, Math.Max(1, Limit / 2));
    }

    void Wake()
    {
        _waiting?.TrySetResult();
        _waiting = null;
    }
}
