using System.Collections.Concurrent;
using Confluent.Kafka;
using Microsoft.Extensions.Logging;

namespace AuditWatch.Ingest.Journal.Kafka;

/// <summary>One process's part in a group that shares the partitions. One thread polls; each partition that falls to it has a task.</summary>
internal sealed partial class GroupMember(KafkaJournalOptions options, string group, Func<int, CancellationToken, Task> own, ILogger log)
{
    readonly Dictionary<int, Ownership> _owned = [];
    readonly ConcurrentQueue<Exception> _faults = new();

    public Task RunAsync(CancellationToken stop) => Task.Factory.StartNew(() => Run(stop), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);

    void Run(CancellationToken stop)
    {
        using var member = KafkaConnection.Member(options, group)
            .SetPartitionsAssignedHandler((_, partitions) => OnAssigned(partitions))
            .SetPartitionsRevokedHandler((_, partitions) => End(partitions.ConvertAll(p => p.Partition.Value), isLost: false))
            .SetPartitionsLostHandler((_, partitions) => End(partitions.ConvertAll(p => p.Partition.Value), isLost: true))
            .SetErrorHandler((_, error) => OnError(error))
            .SetLogHandler(static (_, _) => { })
            .Build();
        try
        {
            member.Subscribe(options.Topic);
            while (!stop.IsCancellationRequested && _faults.IsEmpty) Poll(member);
        }
        finally
        {
            // Before the group is left: what is given on must be free.
            End([.. _owned.Keys], isLost: false);
            Leave(member);
        }
        if (!stop.IsCancellationRequested && _faults.TryDequeue(out var fault)) throw fault;
    }

    void Poll(IConsumer<byte[], byte[]> member)
    {
        try
        {
            member.Consume(50);
            var reading = member.Assignment.Where(p => _owned.TryGetValue(p.Partition.Value, out var o) && !o.IsPaused).ToList();
            if (reading.Count == 0) return;
            member.Pause(reading);
            foreach (var partition in reading) _owned[partition.Partition.Value].IsPaused = true;
        }
        catch (ConsumeException fault) when (!fault.Error.IsFatal)
        {
            LogError(log, group, fault.Error.Reason);
        }
    }

    IEnumerable<TopicPartitionOffset> OnAssigned(List<TopicPartition> partitions)
    {
        foreach (var partition in partitions)
        {
            var number = partition.Partition.Value;
            LogGained(log, group, options.Topic, number);
            var ownership = new Ownership();
            _owned[number] = ownership;
            ownership.Task = Task.Run(() => OwnAsync(number, ownership.Lost.Token));
        }
        return partitions.ConvertAll(p => new TopicPartitionOffset(p, Offset.End));
    }

    async Task OwnAsync(int partition, CancellationToken lost)
    {
        try
        {
            await own(partition, lost).ConfigureAwait(false);
            if (!lost.IsCancellationRequested) _faults.Enqueue(new InvalidOperationException($"The {group} reader of {options.Topic}/{partition} ended before it was told to."));
        }
        catch (OperationCanceledException) when (lost.IsCancellationRequested)
        {
            // As it was told.
        }
        catch (Exception fault)
        {
            // What it did not get done, the next owner does; only a fault that nobody asked for ends this process's part.
            if (!lost.IsCancellationRequested) _faults.Enqueue(fault);
            else LogEnded(log, group, options.Topic, partition, fault.Message);
        }
    }

    void End(List<int> partitions, bool isLost)
    {
        var ending = new List<(int Partition, Ownership Ownership)>();
        foreach (var partition in partitions) if (_owned.Remove(partition, out var ownership)) ending.Add((partition, ownership));
        foreach (var (_, ownership) in ending) ownership.Lost.Cancel();
        if (ending.Count == 0) return;
        if (!Task.WhenAll(ending.Select(e => e.Ownership.Task)).Wait(options.HandOver)) LogHangs(log, group, options.HandOver.TotalSeconds);
        foreach (var (partition, _) in ending) LogGivenUp(log, group, options.Topic, partition, isLost ? "lost" : "given up");
    }

    // With no broker in reach leaving can take long; the process must end all the same.
    static void Leave(IConsumer<byte[], byte[]> member)
    {
        var leaving = Task.Run(() =>
        {
            try
            {
                member.Close();
            }
            catch (KafkaException)
            {
                // The group notices by itself.
            }
        });
        leaving.Wait(KafkaConnection.Patience);
    }

    void OnError(Error error)
    {
        LogError(log, group, error.Reason);
        if (error.IsFatal) _faults.Enqueue(new IOException($"The group {group} of {options.Topic}: {error.Reason}."));
    }

    sealed class Ownership
    {
        public CancellationTokenSource Lost { get; } = new();

        public Task Task { get; set; } = Task.CompletedTask;

        public bool IsPaused { get; set; }
    }

    [LoggerMessage(3140, LogLevel.Information, "{Group}: reads {Topic}/{Partition} from now on.")]
    static partial void LogGained(ILogger log, string group, string topic, int partition);

    [LoggerMessage(3141, LogLevel.Information, "{Group}: {Topic}/{Partition} was {How}.")]
    static partial void LogGivenUp(ILogger log, string group, string topic, int partition, string how);

    [LoggerMessage(3142, LogLevel.Error, "{Group}: a reader did not end within {Seconds} s; its partition goes to another process all the same, and what it still saves is refused.")]
    static partial void LogHangs(ILogger log, string group, double seconds);

    [LoggerMessage(3143, LogLevel.Warning, "{Group}: {Topic}/{Partition} ended with a fault while it was given up: {Why}")]
    static partial void LogEnded(ILogger log, string group, string topic, int partition, string why);

    [LoggerMessage(3144, LogLevel.Warning, "{Group}: {Error}")]
    static partial void LogError(ILogger log, string group, string error);
}
