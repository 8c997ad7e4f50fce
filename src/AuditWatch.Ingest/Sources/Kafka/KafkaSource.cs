using AuditWatch.Ingest.Pipeline;
using Confluent.Kafka;
using Microsoft.Extensions.Logging;

namespace AuditWatch.Ingest.Sources.Kafka;

/// <summary>
/// Reads topics as a member of a consumer group. One thread polls: it gathers messages into lots while the lots before are on their way to the journal, and when it
/// may not gather any more it pauses the partitions and goes on polling, so that the group keeps it. Offsets are committed behind the journal, never before.
/// </summary>
public sealed partial class KafkaSource(KafkaOptions options, IngestPipeline pipeline, Func<bool> isOverHighWater, TimeProvider time, ILogger<KafkaSource> log) : IPartitionSource
{
    // Small enough that a partition taken from us is given back long before the group loses patience.
    static readonly TimeSpan s_flushWait = TimeSpan.FromSeconds(15);
    static readonly TimeSpan s_fullWait = TimeSpan.FromSeconds(2);
    static readonly TimeSpan s_askWait = TimeSpan.FromSeconds(10);
    const int MostMessages = 10_000;

    /// <inheritdoc/>
    public SourceStanding Standing { get; } = new(options.Name, "kafka", options.Cluster, time);

    /// <inheritdoc/>
    public Task RunAsync(CancellationToken stop) => Task.Factory.StartNew(() =>
    {
        // A run ends by itself when password or authority were changed: the client takes them at its making only.
        while (!stop.IsCancellationRequested) new Reading(this).Run(stop);
    }, stop, TaskCreationOptions.LongRunning, TaskScheduler.Default);

    [LoggerMessage(3601, LogLevel.Information, "Source {Source}: reads {Partitions}.")]
    static partial void LogAssigned(ILogger log, string source, string partitions);

    [LoggerMessage(3602, LogLevel.Information, "Source {Source}: gave back {Partitions}.")]
    static partial void LogRevoked(ILogger log, string source, string partitions);

    [LoggerMessage(3603, LogLevel.Error, "Source {Source}: {Count} messages of {Partition} are lost: they were deleted by the topic's retention before they were read ({From} to {To}).")]
    static partial void LogLost(ILogger log, string source, long count, string partition, long from, long to);

    [LoggerMessage(3604, LogLevel.Warning, "Source {Source}: {Partition} goes back from offset {Expected} to {Found}; the topic was probably made anew.")]
    static partial void LogRewound(ILogger log, string source, string partition, long expected, long found);

    [LoggerMessage(3605, LogLevel.Warning, "Source {Source}: {Error}")]
    static partial void LogError(ILogger log, string source, string error);

    [LoggerMessage(3607, LogLevel.Information, "Source {Source}: its credential was changed; it connects anew.")]
    static partial void LogRenewed(ILogger log, string source);

    [LoggerMessage(3606, LogLevel.Debug, "Source {Source}: {Facility} {Message}")]
    static partial void LogClient(ILogger log, string source, string facility, string message);
}
