using AuditWatch.Ingest.Pipeline;
using Azure.Messaging.EventHubs.Consumer;
using Microsoft.Extensions.Logging;

namespace AuditWatch.Ingest.Sources.EventHubs;

/// <summary>
/// Reads an event hub over AMQP with the official client. Workers with one store of checkpoints share a hub's partitions; a checkpoint is written behind the journal,
/// never before. The client recovers by itself from nearly everything; what it does not notice is watched beside it.
/// </summary>
public sealed class EventHubsSource(
    EventHubsOptions options, IngestPipeline pipeline, IPartitionCheckpoints checkpoints, Func<bool> isOverHighWater, TimeProvider time, ILogger<EventHubsSource> log) : IPartitionSource
{
    static readonly TimeSpan s_stopWait = TimeSpan.FromSeconds(4);
    static readonly TimeSpan s_beat = TimeSpan.FromMilliseconds(500);
    static readonly TimeSpan s_loginEvery = TimeSpan.FromSeconds(2);

    /// <inheritdoc/>
    public SourceStanding Standing { get; } = new(options.Name, "eventhubs", options.Cluster, time);

    /// <inheritdoc/>
    public async Task RunAsync(CancellationToken stop)
    {
        // A run ends by itself when connection string or authority were changed: the client takes them at its making only.
        do await ReadAsync(stop).ConfigureAwait(false);
        while (!stop.IsCancellationRequested);
    }

    async Task ReadAsync(CancellationToken stop)
    {
        Standing.State = SourceState.Starting;
        var login = ReadLogin();
        var reading = new HubReading(options, pipeline, Standing, isOverHighWater, time, log);
        var observer = HubConnection.Observer(options);
        await using (observer.ConfigureAwait(false))
        {
            var processor = HubProcessor.Create(new HubCheckpointStore(checkpoints, (partition, token) => BeginAsync(observer, partition, token)), reading);
            try
            {
                // Not with our token: a start that is cancelled half-way leaves a client behind that reads on.
                await processor.StartProcessingAsync(CancellationToken.None).ConfigureAwait(false);
                reading.OnStarted();
                await WatchAsync(processor, new HubWatch(observer, processor.EventHubName, reading), reading, login, stop).ConfigureAwait(false);
                if (!stop.IsCancellationRequested) reading.OnRenewed();
            }
            catch (Exception fault) when (AzureIdentity.Explain(fault) is { } why)
            {
                throw new IOException(why, fault);
            }
            finally
            {
                // The client's own stop has no limit; the process must end all the same, and what is not checkpointed is read again and told to be a repeat.
                await processor.StopProcessingAsync(CancellationToken.None).WaitAsync(s_stopWait, time, CancellationToken.None).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                await processor.FlushAsync().WaitAsync(s_stopWait, time, CancellationToken.None).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                Standing.OnNoPartitions();
                if (stop.IsCancellationRequested) Standing.State = SourceState.Stopped;
            }
        }
    }

    /// <summary>Forgets how far this source is, so that it begins again with the oldest event. The source must not be running.</summary>
    public async Task<int> ResetAsync(CancellationToken stop)
    {
        var observer = HubConnection.Observer(options);
        await using (observer.ConfigureAwait(false))
            return await checkpoints.ForgetAsync(new PartitionGroup(observer.FullyQualifiedNamespace, observer.EventHubName, observer.ConsumerGroup), null, stop).ConfigureAwait(false);
    }

    // Until it is stopped, or its login is no longer what it was.
    async Task WatchAsync(HubProcessor processor, HubWatch watch, HubReading reading, (string? Credential, string? Authority) login, CancellationToken stop)
    {
        var (looked, asked) = (time.GetTimestamp(), time.GetTimestamp());
        var looking = Task.CompletedTask;
        while (!stop.IsCancellationRequested)
        {
            Standing.State = reading.State;
            if (!processor.IsRunning) throw new IOException("The Event Hubs client stopped by itself.");
            if (looking.IsFaulted) await looking.ConfigureAwait(false);
            if (looking.IsCompleted && time.GetElapsedTime(looked) >= options.WatchEvery)
            {
                looked = time.GetTimestamp();
                looking = watch.LookAsync(stop);
            }
            if (time.GetElapsedTime(asked) >= s_loginEvery)
            {
                asked = time.GetTimestamp();
                if (IsOutdated(login)) break;
            }
            await Task.Delay(s_beat, time, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
        await looking.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    (string? Credential, string? Authority) ReadLogin() => (options.ReadConnectionString is { } read ? read() : options.Identity.Stamp(), options.CaFile is { } file ? File.ReadAllText(file) : null);

    bool IsOutdated((string? Credential, string? Authority) login)
    {
        try
        {
            return ReadLogin() != login;
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            return false;   // being replaced; what we have may still be good, and when it is not the service says so
        }
    }

    async Task<PartitionCheckpoint?> BeginAsync(EventHubConsumerClient observer, string partition, CancellationToken stop)
    {
        if (!options.StartAtLatest) return null;
        var properties = await observer.GetPartitionPropertiesAsync(partition, stop).ConfigureAwait(false);
        return properties.IsEmpty ? null : new PartitionCheckpoint(properties.LastEnqueuedOffsetString, properties.LastEnqueuedSequenceNumber);
    }
}
