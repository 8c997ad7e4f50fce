using System.Globalization;
using AuditWatch.Ingest.Pipeline;

namespace AuditWatch.Ingest.Sources;

/// <summary>How a source stands: written by the source, read by metrics and <c>sources status</c> at any time.</summary>
public sealed class SourceStanding(string name, string type, string cluster, TimeProvider time)
{
    readonly Lock _gate = new();
    readonly Dictionary<string, (long Position, long? Lag)> _partitions = new(StringComparer.Ordinal);
    SourceState _state = SourceState.Starting;
    string? _lastError, _lastPosition;
    DateTimeOffset? _lastErrorAt, _lastReceived;
    long _messages, _events, _repeats, _quarantined, _bytes, _errors, _lost, _gaps;
    long? _lagBytes;

    /// <summary>The source's name.</summary>
    public string Name { get; } = name;

    /// <summary>kafka, eventhubs or file.</summary>
    public string Type { get; } = type;

    /// <summary>Whose events these are.</summary>
    public string Cluster { get; } = cluster;

    /// <summary>What it is doing.</summary>
    public SourceState State
    {
        get { lock (_gate) return _state; }
        set { lock (_gate) _state = value; }
    }

    /// <summary>Messages taken in durably since the start.</summary>
    public long Messages { get { lock (_gate) return _messages; } }

    /// <summary>Their audit events that were new.</summary>
    public long Events { get { lock (_gate) return _events; } }

    /// <summary>Their audit events that the journal already held.</summary>
    public long Repeats { get { lock (_gate) return _repeats; } }

    /// <summary>Their records that went to quarantine.</summary>
    public long Quarantined { get { lock (_gate) return _quarantined; } }

    /// <summary>Bytes of the messages.</summary>
    public long Bytes { get { lock (_gate) return _bytes; } }

    /// <summary>Faults since the start, those that cured themselves included.</summary>
    public long Errors { get { lock (_gate) return _errors; } }

    /// <summary>Messages that the source's retention deleted before we read them.</summary>
    public long Lost { get { lock (_gate) return _lost; } }

    /// <summary>Places where something of unknown size is missing: a file that went before it was read to its end.</summary>
    public long Gaps { get { lock (_gate) return _gaps; } }

    /// <summary>Bytes that are there and not durable with us yet; null where that is not counted in bytes.</summary>
    public long? LagBytes
    {
        get { lock (_gate) return _lagBytes; }
        internal set { lock (_gate) _lagBytes = value; }
    }

    /// <summary>The last fault, and when.</summary>
    public (string Message, DateTimeOffset At)? LastError { get { lock (_gate) return _lastError is { } text ? (text, _lastErrorAt!.Value) : null; } }

    /// <summary>When the last message became durable.</summary>
    public DateTimeOffset? LastReceived { get { lock (_gate) return _lastReceived; } }

    /// <summary>Where it was: topic or hub, partition, offset or sequence number.</summary>
    public string? LastPosition { get { lock (_gate) return _lastPosition; } }

    /// <summary>The partitions that we read, by name.</summary>
    public IReadOnlyList<PartitionStanding> Partitions
    {
        get { lock (_gate) return [.. _partitions.OrderBy(p => p.Key, StringComparer.Ordinal).Select(p => new PartitionStanding(p.Key, p.Value.Position, p.Value.Lag))]; }
    }

    /// <summary>Messages behind us over all partitions; null while none is known.</summary>
    public long? Lag
    {
        get { lock (_gate) return _partitions.Values.Any(p => p.Lag is not null) ? _partitions.Values.Sum(p => p.Lag ?? 0) : null; }
    }

    internal void OnDurable(string partition, long position, int messages, long bytes, IngestResult result)
    {
        lock (_gate)
        {
            _messages += messages;
            _bytes += bytes;
            _events += result.Accepted;
            _repeats += result.Repeats;
            _quarantined += result.Quarantined;
            _lastReceived = time.GetUtcNow();
            _lastPosition = string.Create(CultureInfo.InvariantCulture, $"{partition}/{position}");
            if (_partitions.TryGetValue(partition, out var known)) _partitions[partition] = (position, known.Lag is { } lag ? Math.Max(0, lag - messages) : null);
        }
    }

    internal void OnPartition(string partition, long position)
    {
        lock (_gate) _partitions[partition] = (position, null);
    }

    internal void OnPartitionGone(string partition)
    {
        lock (_gate) _partitions.Remove(partition);
    }

    internal void OnNoPartitions()
    {
        lock (_gate) _partitions.Clear();
    }

    internal void OnEnd(string partition, long lastPosition)
    {
        lock (_gate)
        {
            if (_partitions.TryGetValue(partition, out var known)) _partitions[partition] = (known.Position, Math.Max(0, lastPosition - known.Position));
        }
    }

    internal void OnGap(string message)
    {
        // Whoever sees the gap must find its reason.
        OnError(message);
        lock (_gate) _gaps++;
    }

    internal void OnLost(long messages)
    {
        lock (_gate) _lost += messages;
    }

    /// <summary>A fault; <paramref name="state"/> null leaves the state as it is.</summary>
    public void OnError(string message, SourceState? state = null)
    {
        lock (_gate)
        {
            _errors++;
            (_lastError, _lastErrorAt) = (message, time.GetUtcNow());
            if (state is { } now) _state = now;
        }
    }
}
