using AuditWatch.Events;

namespace AuditWatch.Ingest.Journal;

/// <summary>One append on its way: done when each of its frames is durable or has failed.</summary>
internal sealed class PendingAppend(RepeatWindow? window)
{
    readonly TaskCompletionSource _done = new(TaskCreationOptions.RunContinuationsAsynchronously);
    int _open;
    Exception? _failure;

    /// <summary>Ends with the outcome of its own frames.</summary>
    public Task Durable => _done.Task;

    /// <summary>Where its ids stand in the repeat window's order: from (inclusive) and to (exclusive).</summary>
    public long FirstId { get; set; }

    public long EndId { get; set; }

    /// <summary>Position of its last record, once durable.</summary>
    public EventPosition Last { get; private set; } = EventPosition.Start;

    public void Expect(int frames) => _open = frames;

    /// <summary>Called by the writer, which handles one frame at a time.</summary>
    public void OnFrameWritten(PendingFrame frame, int segment, int number)
    {
        var last = new EventPosition(segment, number, frame.Header.Records - 1);
        if (last > Last) Last = last;
    }

    public void OnFrameDurable() => Finish();

    public void OnFrameFailed(PendingFrame frame, Exception why)
    {
        _failure ??= why;
        window?.Forget(frame);
        Finish();
    }

    /// <summary>The append never got as far as its frames.</summary>
    public void Abandon(Exception why)
    {
        window?.Close(this);
        _done.TrySetException(why);
        _ = _done.Task.Exception;
    }

    void Finish()
    {
        if (--_open > 0) return;
        window?.Close(this);
        if (_failure is null)
        {
            _done.SetResult();
            return;
        }
        _done.SetException(_failure);
        _ = _done.Task.Exception;
    }
}
