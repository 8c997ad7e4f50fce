using AuditWatch.Events.Framing;

namespace AuditWatch.Detection.Scanning;

/// <summary>One block on its way: from the reader through a worker to the collector.</summary>
/// <param name="File">The input's name.</param>
/// <param name="Block">Its documents; null carries only the input's failure.</param>
/// <param name="Failure">Why the input ended early.</param>
/// <param name="FloorMicros">No later block begins before this event time.</param>
sealed record BlockWork<TResult>(string File, DocumentBlock? Block, string? Failure, long FloorMicros) : IDisposable
    where TResult : class
{
    readonly ManualResetEventSlim _done = new();
    Exception? _fault;
    TResult? _result;

    public void Do(Func<string, DocumentBlock, TResult> work)
    {
        try
        {
            if (Block is not null) _result = work(File, Block);
        }
        catch (Exception fault)
        {
            _fault = fault;
        }

        _done.Set();
    }

    public TResult? Wait(CancellationToken stop)
    {
        _done.Wait(stop);
        return _fault is null ? _result : throw new InvalidOperationException($"Judging a block of {File} failed.", _fault);
    }

    public void Dispose()
    {
        Block?.Dispose();
        _done.Dispose();
    }
}
