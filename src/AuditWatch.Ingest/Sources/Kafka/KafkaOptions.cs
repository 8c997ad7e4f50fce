namespace AuditWatch.Ingest.Sources.Kafka;

/// <summary>Where and how a Kafka source reads.</summary>
public sealed record KafkaOptions
{
    /// <summary>The source's name.</summary>
    public required string Name { get; init; }

    /// <summary>The cluster that every event belongs to.</summary>
    public required string Cluster { get; init; }

    /// <summary>Brokers to begin with, <c>host:port</c> with commas between.</summary>
    public required string Bootstrap { get; init; }

    /// <summary>The topics.</summary>
    public required IReadOnlyList<string> Topics { get; init; }

    /// <summary>The consumer group, which keeps the offsets.</summary>
    public string Group { get; init; } = "auditwatch";

    /// <summary>A partition without a commit begins with what comes from now on. Default: with the oldest message.</summary>
    public bool StartAtLatest { get; init; }

    /// <summary>
    /// Keeps the same partitions over a restart without a rebalance. Must be stable and belong to this process alone: a second one with it puts the first out of the
    /// group. Null: an ordinary member.
    /// </summary>
    public string? InstanceId { get; init; }

    /// <summary>Login and encryption; null: plain text.</summary>
    public KafkaSecurity? Security { get; init; }

    /// <summary>A member that is silent for so long is out of the group. Default 30 s.</summary>
    public TimeSpan SessionTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>What is durable is committed at most so often. Default 1 s; Event Hubs takes four commits a second and partition.</summary>
    public TimeSpan CommitEvery { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>Bytes of messages that go to the journal together; as many again are read meanwhile. Default 4 MiB.</summary>
    public long LotBytes { get; init; } = 4 << 20;
}
