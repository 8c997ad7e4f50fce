using AuditWatch.Ingest.Sources.Kafka;
using Confluent.Kafka;
using Confluent.Kafka.Admin;

namespace AuditWatch.Ingest.Journal.Kafka;

/// <summary>The clients of a journal on Kafka, made with its settings.</summary>
internal static class KafkaConnection
{
    const int MiB = 1 << 20;

    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    /// <summary>Writes: every replica confirms, nothing is doubled or reordered by a retry, and after a failure nothing behind it is sent.</summary>
    public static ProducerBuilder<byte[], byte[]> Producer(KafkaJournalOptions options)
    {
        var config = new ProducerConfig(Common(options))
        {
            Acks = Acks.All,
            EnableIdempotence = true,
            EnableGaplessGuarantee = true,
            MaxInFlight = 5,
            // The client must never give up on a record and go on with the next: that would be a hole in the chain. Who waits too long ends the producer (ProducerLife).
            MessageTimeoutMs = 0,
            RequestTimeoutMs = 10_000,
            LingerMs = 1,
            MessageMaxBytes = 1_000_000,
            BatchSize = 1_000_000,
            CompressionType = CompressionType.None,   // frames are compressed
            RetryBackoffMs = 50,
            DeliveryReportFields = "none",
        };
        var builder = new ProducerBuilder<byte[], byte[]>(config);
        if (KafkaClient.TokenRefresh(options.Bootstrap, options.Security) is { } refresh) builder.SetOAuthBearerTokenRefreshHandler((client, _) => refresh(client));
        return builder;
    }

    /// <summary>Reads partitions that it is told to; keeps no offsets at the broker.</summary>
    public static ConsumerBuilder<byte[], byte[]> Reader(KafkaJournalOptions options)
    {
        var config = new ConsumerConfig(Common(options))
        {
            GroupId = "auditwatch-reader",   // the client asks for one; nothing is ever committed to it
            EnableAutoCommit = false,
            EnableAutoOffsetStore = false,
            EnablePartitionEof = true,
            AutoOffsetReset = AutoOffsetReset.Earliest,
            IsolationLevel = IsolationLevel.ReadCommitted,
            FetchMaxBytes = 8 * MiB,
            MaxPartitionFetchBytes = 4 * MiB,
            QueuedMaxMessagesKbytes = 8 * 1024,
            FetchQueueBackoffMs = 10,
            FetchErrorBackoffMs = 100,
            FetchWaitMaxMs = 250,
        };
        return WithToken(new ConsumerBuilder<byte[], byte[]>(config), options);
    }

    /// <summary>Takes part in a group for the sake of the partitions that fall to it; what it would read is never fetched.</summary>
    public static ConsumerBuilder<byte[], byte[]> Member(KafkaJournalOptions options, string group)
    {
        var config = new ConsumerConfig(Common(options))
        {
            GroupId = group,
            EnableAutoCommit = false,
            EnableAutoOffsetStore = false,
            AutoOffsetReset = AutoOffsetReset.Latest,
            PartitionAssignmentStrategy = PartitionAssignmentStrategy.CooperativeSticky,
            SessionTimeoutMs = (int)options.SessionTimeout.TotalMilliseconds,
            HeartbeatIntervalMs = (int)Math.Min(3000, options.SessionTimeout.TotalMilliseconds / 4),
            MaxPollIntervalMs = (int)Math.Max(300_000, options.SessionTimeout.TotalMilliseconds),
            QueuedMinMessages = 1,
            QueuedMaxMessagesKbytes = 1024,
        };
        return WithToken(new ConsumerBuilder<byte[], byte[]>(config), options);
    }

    public static IAdminClient Admin(KafkaJournalOptions options)
    {
        var builder = new AdminClientBuilder(new AdminClientConfig(Common(options)));
        if (KafkaClient.TokenRefresh(options.Bootstrap, options.Security) is { } refresh) builder.SetOAuthBearerTokenRefreshHandler((client, _) => refresh(client));
        return builder.SetLogHandler(static (_, _) => { }).Build();
    }

    /// <summary>The topic's partitions. Makes the topic where that is asked for and it is not there.</summary>
    /// <exception cref="IOException">No broker answers, or there is no such topic.</exception>
    public static async Task<IReadOnlyList<int>> PartitionsAsync(KafkaJournalOptions options)
    {
        using var admin = Admin(options);
        try
        {
            var partitions = await Task.Run(() => Partitions(admin, options.Topic)).ConfigureAwait(false);
            if (partitions.Count > 0) return partitions;
            if (options.Partitions is not { } count)
                throw new IOException($"The topic {options.Topic} is not there. Make it (cleanup.policy=delete), or set journal.kafka.partitions and it is made.");
            await MakeAsync(admin, options, count).ConfigureAwait(false);
            return [.. Enumerable.Range(0, count)];
        }
        catch (KafkaException fault)
        {
            throw new IOException($"The journal's Kafka brokers ({options.Bootstrap}) could not be asked for the topic {options.Topic}: {fault.Error.Reason}.", fault);
        }
    }

    static List<int> Partitions(IAdminClient admin, string topic)
    {
        var found = admin.GetMetadata(topic, Patience).Topics.Find(t => t.Topic == topic);
        return found is null || found.Error.IsError ? [] : [.. found.Partitions.Select(p => p.PartitionId).Order()];
    }

    static async Task MakeAsync(IAdminClient admin, KafkaJournalOptions options, int count)
    {
        var retention = options.RetainAge is { } age ? (long)age.TotalMilliseconds : -1;
        var topic = new TopicSpecification
        {
            Name = options.Topic,
            NumPartitions = count,
            ReplicationFactor = options.Replication ?? -1,
            Configs = new() { ["cleanup.policy"] = "delete", ["retention.ms"] = retention.ToString(System.Globalization.CultureInfo.InvariantCulture) },
        };
        try
        {
            await admin.CreateTopicsAsync([topic], new CreateTopicsOptions { OperationTimeout = Patience, RequestTimeout = Patience }).ConfigureAwait(false);
        }
        catch (CreateTopicsException fault) when (fault.Results.TrueForAll(r => r.Error.Code == ErrorCode.TopicAlreadyExists))
        {
            // Another process was quicker, with the same settings.
        }
    }

    static ConsumerBuilder<byte[], byte[]> WithToken(ConsumerBuilder<byte[], byte[]> builder, KafkaJournalOptions options)
    {
        if (KafkaClient.TokenRefresh(options.Bootstrap, options.Security) is { } refresh) builder.SetOAuthBearerTokenRefreshHandler((client, _) => refresh(client));
        return builder.SetKeyDeserializer(Deserializers.ByteArray).SetValueDeserializer(Deserializers.ByteArray);
    }

    static ClientConfig Common(KafkaJournalOptions options)
    {
        var config = new ClientConfig
        {
            BootstrapServers = options.Bootstrap,
            ClientId = "auditwatch-journal",
            // Event Hubs closes what is idle for four minutes.
            SocketKeepaliveEnable = true,
            MetadataMaxAgeMs = 180_000,
            ConnectionsMaxIdleMs = 180_000,
            TopicMetadataRefreshIntervalMs = 60_000,
            ReconnectBackoffMs = 50,
            ReconnectBackoffMaxMs = 2_000,
            AllowAutoCreateTopics = false,
        };
        if (options.Security is { } security) KafkaClient.Secure(config, security);
        return config;
    }
}
