using AuditWatch.Events;

namespace AuditWatch.Ingest.Journal.Kafka;

// The way in.
public sealed partial class KafkaJournal
{
    /// <summary>
    /// Appends; returns once every in-sync replica has the records. Records that this process has sent are not sent again; those that others sent, or that were sent
    /// before a restart, are dropped by the readers.
    /// </summary>
    /// <exception cref="JournalFullException">Too much waits for the brokers already.</exception>
    /// <exception cref="IOException">The brokers did not confirm. They may have the records all the same; sending them again does no harm.</exception>
    public async ValueTask<AppendResult> AppendAsync(JournalBatch batch, CancellationToken stop)
    {
        stop.ThrowIfCancellationRequested();
        var partition = await PartitionOfAsync(batch.Cluster, stop).ConfigureAwait(false);
        if (batch.Records.Count == 0) return new AppendResult(0, 0, EndOf(batch.Cluster));
        var window = batch.Kind == RecordKind.Audit ? _auditRepeats : batch.Ids is null ? null : _otherRepeats;
        var pending = new PendingAppend(window);
        List<PendingAppend>? waitFor = null;
        var bytes = 0L;
        var stored = 0;
        try
        {
            stored = Submit(batch, partition, window, pending, ref waitFor, ref bytes);
            if (stored > 0) await pending.Durable.ConfigureAwait(false);
            if (waitFor is not null) foreach (var carrier in waitFor) await carrier.Durable.ConfigureAwait(false);
        }
        finally
        {
            Interlocked.Add(ref _inFlight, -bytes);
        }
        Interlocked.Add(ref _stored, stored);
        Interlocked.Add(ref _repeats, batch.Records.Count - stored);
        return new AppendResult(stored, batch.Records.Count - stored, stored > 0 ? pending.Last : EndOf(batch.Cluster));
    }

    // Synchronous up to the client's queue: hashing and compression are the caller's, so they run on as many cores as there are callers.
    int Submit(JournalBatch batch, int partition, RepeatWindow? window, PendingAppend pending, ref List<PendingAppend>? waitFor, ref long bytes)
    {
        if (Interlocked.Read(ref _inFlight) > Options.MostBytesInFlight)
            throw new JournalFullException($"{Interlocked.Read(ref _inFlight) >> 20} MiB wait for the journal's Kafka brokers ({Options.Bootstrap}) to confirm them; send it again later.");
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
            frames = FrameBuilder.Build(pending, batch, ids, kept.AsSpan(0, stored), MicroTime.Of(_time.GetUtcNow()), _compressors);
            foreach (var frame in frames)
            {
                if (PartKey.PartsOf(frame.Length) > PartKey.MostParts) throw new IOException($"A record of {frame.Length} bytes is too large for the journal on Kafka.");
                bytes += frame.Length;
            }
            Interlocked.Add(ref _inFlight, bytes);
            pending.Expect(frames.Count);
            Life().Send(partition, frames);
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

    ProducerLife Life()
    {
        ProducerLife? broken = null;
        ProducerLife life;
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_isClosed, this);
            if (_life is { IsBroken: true })
            {
                broken = _life;
                _life = null;
            }
            life = _life ??= new ProducerLife(Options, _time, OnAcknowledged, OnClientError);
        }
        if (broken is not null)
        {
            Interlocked.Increment(ref _failures);
            LogProducer(_log, broken.Reason);
            _ = Task.Run(broken.Dispose);   // leaving brokers that do not answer takes its time
        }
        return life;
    }

    void OnAcknowledged(int partition, EventPosition last) => _ends.AddOrUpdate(partition, last, (_, known) => last > known ? last : known);

    void OnClientError(string message) => LogClient(_log, message);
}
