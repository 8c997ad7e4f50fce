using AuditWatch.Ingest.Sources.Kafka;

namespace AuditWatch.Ingest.Journal.Kafka;

/// <summary>Where and how a journal on Kafka is kept.</summary>
public sealed record KafkaJournalOptions
{
    /// <summary>Brokers to begin with, <c>host:port</c> with commas between.</summary>
    public required string Bootstrap { get; init; }

    /// <summary>The topic. Nothing else may write it, and it must not be compacted.</summary>
    public required string Topic { get; init; }

    /// <summary>Login and encryption; null: plain text.</summary>
    public KafkaSecurity? Security { get; init; }

    /// <summary>Partitions of the topic when it does not exist yet and is made. Null: it must exist.</summary>
    public int? Partitions { get; init; }

    /// <summary>Copies of each partition when the topic is made. Null: as the brokers are set.</summary>
    public short? Replication { get; init; }

    /// <summary>How long the brokers keep records when the topic is made. Null: for good.</summary>
    public TimeSpan? RetainAge { get; init; } = TimeSpan.FromDays(30);

    /// <summary>Records with ids of a partition over which a reader tells repeats, and those of this process over which it does not send them. Default 1,048,576, a little more than the last million.</summary>
    public int RepeatWindow { get; init; } = 1 << 20;

    /// <summary>zstd level. Default 1.</summary>
    public int CompressionLevel { get; init; } = 1;

    /// <summary>What the brokers did not confirm in this time has failed, and whoever sent it sends it again. Default 20 s, less than an API server waits.</summary>
    public TimeSpan DeliveryTimeout { get; init; } = TimeSpan.FromSeconds(20);

    /// <summary>Bytes that may wait for the brokers; appends beyond are refused, and sources are told to wait from half of it on. Default 64 MiB.</summary>
    public long MostBytesInFlight { get; init; } = 64L << 20;

    /// <summary>An owner of partitions that is silent for so long has lost them. Default 30 s.</summary>
    public TimeSpan SessionTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How long a partition that is given up waits for its owner to end. Default 20 s.</summary>
    public TimeSpan HandOver { get; init; } = TimeSpan.FromSeconds(20);
}
