using System.Collections.Concurrent;
using AuditWatch.Ingest.Pipeline;
using Azure.Messaging.EventHubs;
using Azure.Messaging.EventHubs.Primitives;
using Azure.Messaging.EventHubs.Processor;

namespace AuditWatch.Ingest.Sources.EventHubs;

/// <summary>The official processor with our handlers: append, then checkpoint; nothing is ever thrown at the client, which would begin the partition anew.</summary>
internal sealed class HubProcessor : PluggableCheckpointStoreEventProcessor<HubPartition>
{
    const int MostEvents = 200;
    const long LotBytes = 4 << 20;
    static readonly TimeSpan s_longestPause = TimeSpan.FromSeconds(30);

    readonly HubCheckpointStore _store;
    readonly HubReading _reading;
    readonly ConcurrentDictionary<HubPartition, bool> _open = new();

    HubProcessor(HubCheckpointStore store, HubReading reading, string connectionString, EventProcessorOptions options)
        : base(store, MostEvents, reading.Options.ConsumerGroup, connectionString, options) => (_store, _reading) = (store, reading);

    HubProcessor(HubCheckpointStore store, HubReading reading, string connectionString, string hub, EventProcessorOptions options)
        : base(store, MostEvents, reading.Options.ConsumerGroup, connectionString, hub, options) => (_store, _reading) = (store, reading);

    HubProcessor(HubCheckpointStore store, HubReading reading, EventProcessorOptions options)
        : base(store, MostEvents, reading.Options.ConsumerGroup, reading.Options.Namespace, reading.Options.Hub, reading.Options.Identity.Open(), options) =>
        (_store, _reading) = (store, reading);

    public static HubProcessor Create(HubCheckpointStore store, HubReading reading)
    {
        var options = HubConnection.ProcessorOptions(reading.Options);
        if (reading.Options.ReadConnectionString is not { } read) return new HubProcessor(store, reading, options);
        var connectionString = read();
        return reading.Options.Hub is { } hub && !HubConnection.HasEntityPath(connectionString)
            ? new HubProcessor(store, reading, connectionString, hub, options)
            : new HubProcessor(store, reading, connectionString, options);
    }

    /// <summary>After a stop: what is durable is checkpointed, whether the client has told us of the partition's end by then or not.</summary>
    public Task FlushAsync() => Task.WhenAll(_open.Keys.Select(FlushAsync));

    protected override Task OnInitializingPartitionAsync(HubPartition partition, CancellationToken cancellationToken)
    {
        _open[partition] = true;
        _reading.Standing.OnPartition(NameOf(partition), -1);
        return Task.CompletedTask;
    }

    protected override async Task OnProcessingEventBatchAsync(IEnumerable<EventData> events, HubPartition partition, CancellationToken cancellationToken)
    {
        try
        {
            // One batch is on its way to the journal while the next is read.
            await partition.Writing.WaitAsync(cancellationToken).ConfigureAwait(false);
            await SaveAsync(partition, isLast: false).ConfigureAwait(false);
            while (_reading.IsHolding()) await Task.Delay(TimeSpan.FromMilliseconds(250), cancellationToken).ConfigureAwait(false);
            var batch = events as IReadOnlyList<EventData> ?? [.. events];
            _reading.OnBeat(partition.PartitionId, batch.Count);
            if (!partition.HasBegun) Begin(partition);
            if (batch.Count == 0) return;
            Mind(partition, batch[0].SequenceNumber);
            partition.Expected = batch[^1].SequenceNumber + 1;
            partition.Writing = WriteAsync(batch, partition, cancellationToken);
        }
        catch (OperationCanceledException)
        {
            // Stopped, or the partition is another's now. What is not durable is not checkpointed, and is read again.
        }
    }

    protected override async Task OnPartitionProcessingStoppedAsync(HubPartition partition, ProcessingStoppedReason reason, CancellationToken cancellationToken)
    {
        await FlushAsync(partition).ConfigureAwait(false);
        _open.TryRemove(partition, out _);
        _reading.OnStopped(partition.PartitionId);
        _reading.Standing.OnPartitionGone(NameOf(partition));
    }

    protected override Task OnProcessingErrorAsync(Exception exception, HubPartition partition, string operationDescription, CancellationToken cancellationToken)
    {
        _reading.OnError(exception, partition is null ? null : partition.PartitionId, operationDescription);
        return Task.CompletedTask;
    }

    void Begin(HubPartition partition)
    {
        partition.HasBegun = true;
        if (!_store.Resumed.TryGetValue(partition.PartitionId, out var sequence)) return;
        partition.Expected = sequence + 1;
        _reading.Standing.OnPartition(NameOf(partition), sequence);
    }

    // The service begins at the oldest event without a word when a position is older; the gap in sequence numbers is the only sign.
    void Mind(HubPartition partition, long first)
    {
        if (partition.Expected >= 0 && first > partition.Expected) _reading.OnGap(NameOf(partition), partition.Expected, first);
    }

    async Task WriteAsync(IReadOnlyList<EventData> batch, HubPartition partition, CancellationToken stop)
    {
        var name = NameOf(partition);
        for (var next = 0; next < batch.Count;)
        {
            var lot = new PartitionLot(name);
            while (next < batch.Count && (lot.Count == 0 || lot.Bytes < LotBytes))
            {
                lot.Add(batch[next].SequenceNumber, batch[next].EventBody.ToMemory());
                next++;
            }
            var result = await IngestAsync(lot, stop).ConfigureAwait(false);
            partition.Unsaved = batch[next - 1];
            _reading.Standing.OnDurable(name, lot.Last, lot.Count, lot.Bytes, result);
        }
        try
        {
            _reading.Standing.OnEnd(name, ReadLastEnqueuedEventProperties(partition.PartitionId).SequenceNumber ?? -1);
        }
        catch (Exception fault) when (fault is not OperationCanceledException)
        {
            // The partition was taken from us meanwhile.
        }
    }

    async Task<IngestResult> IngestAsync(PartitionLot lot, CancellationToken stop)
    {
        for (var pause = TimeSpan.FromSeconds(1); ; pause = pause * 2 < s_longestPause ? pause * 2 : s_longestPause)
        {
            try
            {
                var result = await _reading.Pipeline.IngestAsync(lot.ToBatch(_reading.Options.Cluster, _reading.Options.Name), CancellationToken.None).ConfigureAwait(false);
                _reading.JournalFault = null;
                return result;
            }
            catch (Exception fault) when (!stop.IsCancellationRequested)
            {
                _reading.JournalFault = fault;
                _reading.Standing.OnError("The journal does not take it: " + fault.Message);
            }
            await Task.Delay(pause, _reading.Time, stop).ConfigureAwait(false);
        }
    }

    async Task FlushAsync(HubPartition partition)
    {
        await partition.Writing.ContinueWith(static written => _ = written.Exception, CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default).ConfigureAwait(false);
        await SaveAsync(partition, isLast: true).ConfigureAwait(false);
    }

    Task SaveAsync(HubPartition partition, bool isLast)
    {
        lock (partition) return partition.Saving = SaveAfterAsync(partition.Saving, partition, isLast);
    }

    async Task SaveAfterAsync(Task before, HubPartition partition, bool isLast)
    {
        await before.ConfigureAwait(false);
        if (partition.Unsaved is not { } last || (!isLast && _reading.Time.GetElapsedTime(partition.SavedAt) < _reading.Options.CheckpointEvery)) return;
        try
        {
            // Not with the partition's token: what is durable may be said also when the partition is no longer ours.
            await UpdateCheckpointAsync(partition.PartitionId, CheckpointPosition.FromEvent(last), CancellationToken.None).ConfigureAwait(false);
            partition.SavedAt = _reading.Time.GetTimestamp();
            if (ReferenceEquals(partition.Unsaved, last)) partition.Unsaved = null;
        }
        catch (Exception fault)
        {
            _reading.Standing.OnError($"The checkpoint of {NameOf(partition)} could not be saved: {fault.Message}");
        }
    }

    string NameOf(HubPartition partition) => $"{EventHubName}/{partition.PartitionId}";
}
