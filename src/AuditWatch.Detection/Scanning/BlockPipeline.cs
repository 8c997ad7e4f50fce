using System.Collections.Concurrent;
using AuditWatch.Events.Framing;

namespace AuditWatch.Detection.Scanning;

/// <summary>
/// Reads inputs in blocks, as one history in order of event time, has them worked on by several threads, and collects the results in the order in which the
/// blocks were read. Memory is bounded by the number of blocks under way.
/// </summary>
/// <param name="workers">Threads that work; each is given its own worker.</param>
/// <param name="newWorker">Makes a worker.</param>
/// <param name="beginning">Event time at which a block begins; asked by the reading thread, and only when there are several inputs.</param>
sealed class BlockPipeline<TResult>(int workers, Func<Func<string, DocumentBlock, TResult>> newWorker, Func<DocumentBlock, long?> beginning)
    where TResult : class
{
    // With more inputs than this, those whose time has not come are closed again after a look at where they begin.
    const int MostOpen = 16;

    long _packed;

    public long PackedBytes => Interlocked.Read(ref _packed);

    /// <summary>Runs to the end of all inputs; <paramref name="collect"/> is called on the caller's thread.</summary>
    public void Run(IReadOnlyList<InputFile> inputs, Action<BlockWork<TResult>, TResult?> collect, CancellationToken stop)
    {
        using var give = CancellationTokenSource.CreateLinkedTokenSource(stop);
        using var slots = new SemaphoreSlim((workers * 2) + 2);
        using var queue = new BlockingCollection<BlockWork<TResult>>();
        using var ordered = new BlockingCollection<BlockWork<TResult>>();
        Exception? readerFault = null;
        var threads = Enumerable.Range(0, workers).Select(i => Start($"judge {i}", () => Work(queue, give.Token))).ToList();
        threads.Add(Start("read", () =>
        {
            try
            {
                Read(inputs, queue, ordered, slots, give.Token);
            }
            catch (OperationCanceledException)
            {
                // The collector gave up, or the caller did; nobody waits for more.
            }
            catch (Exception fault)
            {
                readerFault = fault;
            }
            finally
            {
                queue.CompleteAdding();
                ordered.CompleteAdding();
            }
        }));
        try
        {
            foreach (var work in ordered.GetConsumingEnumerable(stop))
            {
                using (work) collect(work, work.Wait(stop));
                slots.Release();
            }
        }
        finally
        {
            give.Cancel();
            foreach (var thread in threads) thread.Join();
            foreach (var left in ordered) left.Dispose();
        }

        if (readerFault is not null) throw new InvalidOperationException("Reading the inputs failed.", readerFault);
    }

    static Thread Start(string name, ThreadStart body)
    {
        var thread = new Thread(body) { Name = name, IsBackground = true };
        thread.Start();
        return thread;
    }

    void Work(BlockingCollection<BlockWork<TResult>> queue, CancellationToken stop)
    {
        var worker = newWorker();
        try
        {
            foreach (var work in queue.GetConsumingEnumerable(stop)) work.Do(worker);
        }
        catch (OperationCanceledException)
        {
            // Nobody waits for more.
        }
    }

    void Read(IReadOnlyList<InputFile> inputs, BlockingCollection<BlockWork<TResult>> queue, BlockingCollection<BlockWork<TResult>> ordered, SemaphoreSlim slots, CancellationToken stop)
    {
        // One input has no order to keep with others: its blocks need not say where they begin.
        Func<DocumentBlock, long?> look = inputs.Count > 1 ? beginning : _ => null;
        var cursors = inputs.Select(f => new InputCursor(f, n => Interlocked.Add(ref _packed, n), look)).ToList();
        try
        {
            foreach (var cursor in cursors) cursor.Peek(release: cursors.Count > MostOpen);
            foreach (var empty in cursors.Where(c => c.IsAtEnd)) Give(empty.Name, null, empty.Failure, long.MaxValue);
            while (cursors.Where(c => !c.IsAtEnd).MinBy(c => c.NextMicros) is { } next)
            {
                var block = next.Take();
                next.Advance();
                var floor = cursors.Count == 1 ? long.MaxValue : cursors.Min(c => c.NextMicros);
                if (block is not null) Give(next.Name, block, null, floor);
                if (next.IsAtEnd && next.Failure is not null) Give(next.Name, null, next.Failure, floor);
            }
        }
        finally
        {
            foreach (var cursor in cursors) cursor.Dispose();
        }

        void Give(string file, DocumentBlock? block, string? failure, long floor)
        {
            var work = new BlockWork<TResult>(file, block, failure, floor);
            slots.Wait(stop);
            queue.Add(work, CancellationToken.None);
            ordered.Add(work, CancellationToken.None);
        }
    }
}
