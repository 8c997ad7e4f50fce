using AuditWatch.Events;

namespace AuditWatch.Ingest.Journal;

// The way in.
public sealed partial class LocalJournal
{
    /// <inheritdoc/>
    /// <exception cref="JournalFullException">The disk is full; nothing of the frames that failed is kept, and the same append may be tried again.</exception>
    public async ValueTask<AppendResult> AppendAsync(JournalBatch batch, CancellationToken stop)
    {
        stop.ThrowIfCancellationRequested();
        if (batch.Records.Count == 0) return new AppendResult(0, 0, End);
        var window = batch.Kind == RecordKind.Audit ? _auditRepeats : batch.Ids is null ? null : _otherRepeats;
        var pending = new PendingAppend(window);
        List<PendingAppend>? waitFor = null;
        var stored = Submit(batch, window, pending, ref waitFor);
        if (stored > 0) await pending.Durable.ConfigureAwait(false);
        if (waitFor is not null) foreach (var carrier in waitFor) await carrier.Durable.ConfigureAwait(false);
        Interlocked.Add(ref _stored, stored);
        Interlocked.Add(ref _repeats, batch.Records.Count - stored);
        return new AppendResult(stored, batch.Records.Count - stored, stored > 0 ? pending.Last : End);
    }

    // Synchronous up to the queue: hashing and compression are the caller's, so they run on as many cores as there are callers.
    int Submit(JournalBatch batch, RepeatWindow? window, PendingAppend pending, ref List<PendingAppend>? waitFor)
    {
        var count = batch.Records.Count;
        var ids = window is null ? null : batch.IdentityOf();
        var kept = new int[count];
        var stored = count;
        if (window is not null) stored = window.Claim(pending, ids, kept, ref waitFor);
        else for (var i = 0; i < count; i++) kept[i] = i;
        if (stored == 0) return 0;
        List<PendingFrame>? frames = null;
        try
        {
            var received = MicroTime.Of(_time.GetUtcNow());
            frames = FrameBuilder.Build(pending, batch, ids, kept.AsSpan(0, stored), received, _compressors);
            pending.Expect(frames.Count);
            _commit.Enqueue(frames);
            return stored;
        }
        catch (Exception e)
        {
            if (frames is not null) foreach (var frame in frames) frame.Release();
            window?.Forget(ids, kept.AsSpan(0, stored));
            pending.Abandon(e);
            throw;
        }
    }
}
