using AuditWatch.Events;

namespace AuditWatch.Ingest.Journal.Kafka;

/// <summary>One way through a partition, from an offset on: what its records mean together. Records before the position that counts as read fill the memory of ids and nothing else.</summary>
internal sealed class Passage(KafkaJournalOptions options, int partition, long begin, Action<long, string> onDamage) : IDisposable
{
    readonly FrameAssembly _assembly = new();
    readonly ChainCheck _chains = new(partition, begin);
    readonly FrameDecoder _decoder = new();
    readonly Dictionary<string, bool> _isActive = new(StringComparer.Ordinal);
    readonly List<(int First, int End)> _stretches = [];
    IReadOnlyList<string>? _activeBefore;
    long _next = begin;

    /// <summary>The ids seen.</summary>
    public RepeatFilter Repeats { get; } = new(options.RepeatWindow);

    /// <summary>Records that were left out as repeats.</summary>
    public long Dropped { get; private set; }

    /// <summary>Producers met.</summary>
    public IReadOnlyCollection<UInt128> Producers => _chains.Producers;

    /// <summary>Chains that were met in the middle.</summary>
    public int CutChains => _chains.Cut;

    /// <summary>Large frames that are begun and not complete.</summary>
    public int Unfinished => _assembly.Unfinished;

    /// <summary>Clusters whose last record up to the position that counts as read was an event.</summary>
    public IReadOnlyList<string> ClustersActiveBefore => _activeBefore ??= [.. _isActive.Where(c => c.Value).Select(c => c.Key).Order(StringComparer.Ordinal)];

    /// <summary>Takes the partition's next record. The frame that it completes, and the stretches of its records behind <paramref name="after"/>; null when there is nothing to take.</summary>
    public (JournalFrame Frame, IReadOnlyList<(int First, int End)> Stretches)? Take(in PartitionPump.Item item, EventPosition after)
    {
        if (item.Offset < _next) throw new IOException($"{options.Topic}/{partition} goes back from offset {_next} to {item.Offset}: was the topic made anew? A reader's position is of the topic that it read.");
        if (item.Offset > _next) onDamage(_next, $"records up to {item.Offset - 1} are gone: retention took them before they were read, or the topic is compacted.");
        _next = item.Offset + 1;
        if (!PartKey.TryRead(item.Key, out var key))
        {
            onDamage(item.Offset, "the record is none of the journal's.");
            return null;
        }
        return _assembly.Take(key, item.Value, item.Offset) is { } frame ? Take(key, frame, item.Offset, after) : null;
    }

    public void Dispose() => _decoder.Dispose();

    (JournalFrame, IReadOnlyList<(int, int)>)? Take(in PartKey key, byte[] frame, long offset, EventPosition after)
    {
        if (!FrameBytes.TryOpen(frame, out var header))
        {
            onDamage(offset, "the frame's checksum does not hold.");
            return null;
        }
        if (_chains.Take(key, header, frame) is { } broken) onDamage(offset, broken + ".");
        var isRepeat = Repeats.Take(header, frame);
        var first = KafkaPlace.Of(offset, header.Records - 1) <= after ? header.Records : Math.Max(0, KafkaPlace.Of(offset, 0) > after ? 0 : after.Index + 1);
        if (header.Kind is RecordKind.Audit or RecordKind.Idle && first > 0) Remember(header, frame);
        if (first == header.Records) return null;
        if (!_decoder.TryDecode(header, frame, FrameBytes.Payload(frame, header), KafkaPlace.Of(offset, first), out var decoded, out var problem))
        {
            onDamage(offset, problem + ".");
            return null;
        }
        foreach (var repeat in isRepeat[Math.Min(first, isRepeat.Length)..]) if (repeat) Dropped++;
        RepeatFilter.Stretches(isRepeat, first, header.Records, _stretches);
        return (decoded!, _stretches);
    }

    void Remember(in FrameHeader header, byte[] frame) => _isActive[FrameDecoder.Names(frame, header).Cluster] = header.Kind == RecordKind.Audit;
}
