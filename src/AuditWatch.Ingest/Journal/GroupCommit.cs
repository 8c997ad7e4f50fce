namespace AuditWatch.Ingest.Journal;

/// <summary>One thread that writes. While it waits for the disk, arrivals queue up; the next flush covers them all.</summary>
internal sealed class GroupCommit : IDisposable
{
    const long GroupBytes = 32 << 20;

    readonly object _gate = new();
    readonly Queue<PendingFrame> _queue = new();
    readonly SegmentWriter _writer;
    readonly Action<DurableEnd> _onDurable;
    readonly Thread _thread;
    bool _isClosing;

    public GroupCommit(SegmentWriter writer, Action<DurableEnd> onDurable)
    {
        _writer = writer;
        _onDurable = onDurable;
        _thread = new Thread(Run) { IsBackground = true, Name = "journal" };
        _thread.Start();
    }

    /// <summary>Queues an append's frames, side by side.</summary>
    public void Enqueue(List<PendingFrame> frames)
    {
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_isClosing, this);
            foreach (var frame in frames) _queue.Enqueue(frame);
            Monitor.Pulse(_gate);
        }
    }

    /// <summary>Writes what is queued, then ends.</summary>
    public void Dispose()
    {
        lock (_gate)
        {
            _isClosing = true;
            Monitor.Pulse(_gate);
        }
        _thread.Join();
        _writer.Dispose();
    }

    void Run()
    {
        var group = new List<PendingFrame>();
        while (TryTake(group))
        {
            try
            {
                _onDurable(_writer.Write(group));
                foreach (var frame in group) frame.Owner.OnFrameDurable();
            }
            catch (Exception e)
            {
                foreach (var frame in group) frame.Owner.OnFrameFailed(frame, e);
            }
            foreach (var frame in group) frame.Release();
            group.Clear();
        }
    }

    bool TryTake(List<PendingFrame> group)
    {
        lock (_gate)
        {
            while (_queue.Count == 0 && !_isClosing) Monitor.Wait(_gate);
            long bytes = 0;
            while (bytes < GroupBytes && _queue.TryDequeue(out var frame))
            {
                bytes += frame.Length;
                group.Add(frame);
            }
            return group.Count > 0;
        }
    }
}
