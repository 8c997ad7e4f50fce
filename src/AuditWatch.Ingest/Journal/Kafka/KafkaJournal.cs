using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using AuditWatch.Events;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace AuditWatch.Ingest.Journal.Kafka;

/// <summary>
/// The journal as a Kafka topic (docs/journal.md), written by any number of processes and read by partition. A frame is what it is in a local journal, one Kafka record
/// or several; its chain is that of the producer that wrote it into the partition. What several processes took in of the same events, a partition's readers drop.
/// </summary>
public sealed partial class KafkaJournal : IPartitionedJournal
{
    readonly IPartitionAssignments _assignments;
    readonly TimeProvider _time;
    readonly ILogger _log;
    readonly CompressorPool _compressors;
    readonly RepeatWindow _auditRepeats, _otherRepeats;
    readonly ConcurrentDictionary<string, int> _partitionOf = new(StringComparer.Ordinal);
    readonly ConcurrentDictionary<int, EventPosition> _ends = new();
    readonly Lock _gate = new();
    ProducerLife? _life;
    long _inFlight, _stored, _repeats, _failures;
    bool _isClosed;

    KafkaJournal(KafkaJournalOptions options, IReadOnlyList<int> partitions, IPartitionAssignments assignments, TimeProvider time, ILogger log)
    {
        (Options, Partitions, _assignments, _time, _log) = (options, partitions, assignments, time, log);
        _compressors = new CompressorPool(options.CompressionLevel);
        _auditRepeats = new RepeatWindow(options.RepeatWindow);
        _otherRepeats = new RepeatWindow(Math.Max(1, options.RepeatWindow / 16));
    }

    /// <summary>Its settings.</summary>
    public KafkaJournalOptions Options { get; }

    /// <inheritdoc/>
    public IReadOnlyList<int> Partitions { get; }

    /// <inheritdoc/>
    public bool IsOverHighWater => Interlocked.Read(ref _inFlight) > Options.MostBytesInFlight / 2;

    /// <summary>Records stored since opening.</summary>
    public long StoredRecords => Interlocked.Read(ref _stored);

    /// <summary>Records not sent since opening because this process had sent them.</summary>
    public long RepeatedRecords => Interlocked.Read(ref _repeats);

    /// <summary>How often a producer failed and a new one took its place.</summary>
    public long ProducerFailures => Interlocked.Read(ref _failures);

    /// <summary>The end of the only partition. The first time it is asked for, a broker is.</summary>
    public EventPosition End => EndOf(OnlyPartition());

    /// <summary>Finds the topic, or makes it.</summary>
    /// <exception cref="IOException">No broker answers, or there is no such topic.</exception>
    public static async Task<KafkaJournal> OpenAsync(KafkaJournalOptions options, IPartitionAssignments assignments, TimeProvider time, ILogger<KafkaJournal>? log = null, CancellationToken stop = default)
    {
        var partitions = await KafkaConnection.PartitionsAsync(options).WaitAsync(stop).ConfigureAwait(false);
        var journal = new KafkaJournal(options, partitions, assignments, time, log ?? NullLogger<KafkaJournal>.Instance);
        foreach (var (cluster, partition) in await assignments.ListAsync(options.Topic, stop).ConfigureAwait(false)) journal._partitionOf[cluster] = partition;
        return journal;
    }

    /// <summary>Readers of all partitions of a topic, for whoever writes nothing.</summary>
    /// <exception cref="IOException">No broker answers, or there is no such topic.</exception>
    public static async Task<IReadOnlyList<IJournalPartition>> ReadersAsync(KafkaJournalOptions options, Action<JournalDamage> onDamage, CancellationToken stop) =>
        [.. (await KafkaConnection.PartitionsAsync(options with { Partitions = null }).WaitAsync(stop).ConfigureAwait(false)).Select(p => new KafkaJournalPartition(options, p, NullLogger.Instance, onDamage))];

    /// <inheritdoc/>
    public IJournalPartition Open(int partition)
    {
        if (!Partitions.Contains(partition)) throw new ArgumentOutOfRangeException(nameof(partition), partition, $"The topic {Options.Topic} has no such partition.");
        return new KafkaJournalPartition(Options, partition, _log);
    }

    /// <inheritdoc/>
    public async IAsyncEnumerable<JournalFrame> ReadAsync(EventPosition after, bool follow, [EnumeratorCancellation] CancellationToken stop)
    {
        await using var partition = Open(OnlyPartition());
        await foreach (var frame in partition.ReadAsync(after, follow, stop).ConfigureAwait(false)) yield return frame;
    }

    /// <summary>What this process knows to be the end of the cluster's partition, which others may have moved on.</summary>
    public EventPosition EndOf(string cluster) => _partitionOf.TryGetValue(cluster, out var partition) && _ends.TryGetValue(partition, out var end) ? end : EventPosition.Start;

    /// <summary>The frames of the cluster's partition as they are, repeats and all: for a look at a place, which should not cost a million ids.</summary>
    public async IAsyncEnumerable<JournalFrame> ReadClusterAsync(string cluster, EventPosition after, bool follow, [EnumeratorCancellation] CancellationToken stop)
    {
        await using var partition = new KafkaJournalPartition(Options, await PartitionOfAsync(cluster, stop).ConfigureAwait(false), _log, tellsRepeats: false);
        await foreach (var frame in partition.ReadAsync(after, follow, stop).ConfigureAwait(false)) yield return frame;
    }

    /// <inheritdoc/>
    public Task OwnAsync(string group, Func<int, CancellationToken, Task> own, CancellationToken stop) => new GroupMember(Options, group, own, _log).RunAsync(stop);

    /// <summary>The partition that a cluster's records go to; it gets one when it has none.</summary>
    /// <exception cref="IOException">Where it is kept cannot be asked.</exception>
    public async ValueTask<int> PartitionOfAsync(string cluster, CancellationToken stop)
    {
        if (_partitionOf.TryGetValue(cluster, out var known)) return known;
        try
        {
            return _partitionOf.GetOrAdd(cluster, await _assignments.AssignAsync(Options.Topic, cluster, Partitions, stop).ConfigureAwait(false));
        }
        catch (Exception fault) when (fault is not (IOException or OperationCanceledException))
        {
            throw new IOException($"Which partition of {Options.Topic} cluster {cluster} belongs to could not be asked: {fault.Message}", fault);
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        ProducerLife? life;
        lock (_gate)
        {
            if (_isClosed) return;
            _isClosed = true;
            life = _life;
        }
        if (life is not null)
        {
            await Task.Run(() =>
            {
                life.Flush(KafkaConnection.Patience);
                life.Dispose();
            }).ConfigureAwait(false);
        }
        _compressors.Dispose();
    }

    int OnlyPartition() =>
        Partitions is [var only] ? only : throw new InvalidOperationException($"The topic {Options.Topic} has {Partitions.Count} partitions; each is read by itself.");

    EventPosition EndOf(int partition)
    {
        if (_ends.TryGetValue(partition, out var end)) return end;
        using var reader = KafkaConnection.Reader(Options).Build();
        return PartitionMarks.Query(reader, Options, partition).End;
    }

    [LoggerMessage(3120, LogLevel.Error, "The journal's producer failed ({Reason}); a new one begins.")]
    static partial void LogProducer(ILogger log, string reason);

    [LoggerMessage(3121, LogLevel.Warning, "The journal's Kafka client: {Message}")]
    static partial void LogClient(ILogger log, string message);
}
