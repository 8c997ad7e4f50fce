using Azure.Core;
using Confluent.Kafka;

namespace AuditWatch.Ingest.Sources.Kafka;

/// <summary>Settings of the Kafka client, and the consumer made with them.</summary>
internal static class KafkaClient
{
    const int MiB = 1 << 20;

    public static ConsumerBuilder<Ignore, byte[]> Builder(KafkaOptions options)
    {
        var config = Settings(options);
        var builder = new ConsumerBuilder<Ignore, byte[]>(config).SetValueDeserializer(Deserializers.ByteArray);
        if (TokenRefresh(options.Bootstrap, options.Security) is { } refresh) builder.SetOAuthBearerTokenRefreshHandler((client, _) => refresh(client));
        return builder;
    }

    /// <summary>Asks for tokens with Azure's credential where the settings say so; null: no such tokens are needed.</summary>
    public static Action<IClient>? TokenRefresh(string bootstrap, KafkaSecurity? security)
    {
        if (security is not { Mechanism: "OAUTHBEARER", TokenEndpoint: null } || !IsSasl(security)) return null;
        var credential = security.Identity.Open();
        return client => Refresh(client, credential, bootstrap, security);
    }

    static ConsumerConfig Settings(KafkaOptions options)
    {
        var config = new ConsumerConfig
        {
            BootstrapServers = options.Bootstrap,
            GroupId = options.Group,
            GroupInstanceId = options.InstanceId,
            ClientId = "auditwatch-" + options.Name,
            // Offsets are stored by us once the journal has them, and what is stored is committed in the background: never earlier, never more often than this.
            EnableAutoCommit = true,
            EnableAutoOffsetStore = false,
            AutoCommitIntervalMs = (int)options.CommitEvery.TotalMilliseconds,
            // Only for offsets that retention has overtaken or that never were; where a group without commits begins is decided by us.
            AutoOffsetReset = AutoOffsetReset.Earliest,
            PartitionAssignmentStrategy = PartitionAssignmentStrategy.CooperativeSticky,
            SessionTimeoutMs = (int)options.SessionTimeout.TotalMilliseconds,
            HeartbeatIntervalMs = (int)Math.Min(3000, options.SessionTimeout.TotalMilliseconds / 4),
            MaxPollIntervalMs = 300_000,
            // Event Hubs closes what is idle for four minutes.
            SocketKeepaliveEnable = true,
            MetadataMaxAgeMs = 180_000,
            ConnectionsMaxIdleMs = 180_000,
            TopicMetadataRefreshIntervalMs = 60_000,
            ReconnectBackoffMs = 100,
            ReconnectBackoffMaxMs = 10_000,
            AllowAutoCreateTopics = false,
            IsolationLevel = IsolationLevel.ReadCommitted,
            MaxPartitionFetchBytes = MiB,
            FetchMaxBytes = 16 * MiB,
            QueuedMaxMessagesKbytes = 16 * 1024,
            ReceiveMessageMaxBytes = 128 * MiB,
            StatisticsIntervalMs = 2000,
        };
        if (options.Security is { } security) Secure(config, security);
        return config;
    }

    static bool IsSasl(KafkaSecurity security) => security.Protocol.StartsWith("SASL_", StringComparison.Ordinal);

    /// <summary>Login and encryption, the same for reading and writing.</summary>
    public static void Secure(ClientConfig config, KafkaSecurity security)
    {
        config.SecurityProtocol = security.Protocol switch
        {
            "SSL" => SecurityProtocol.Ssl,
            "SASL_PLAINTEXT" => SecurityProtocol.SaslPlaintext,
            "SASL_SSL" => SecurityProtocol.SaslSsl,
            _ => SecurityProtocol.Plaintext,
        };
        if (security.CaFile is not null) config.SslCaLocation = security.CaFile;
        if (!IsSasl(security)) return;
        config.SaslMechanism = security.Mechanism switch
        {
            "SCRAM-SHA-256" => SaslMechanism.ScramSha256,
            "SCRAM-SHA-512" => SaslMechanism.ScramSha512,
            "OAUTHBEARER" => SaslMechanism.OAuthBearer,
            _ => SaslMechanism.Plain,
        };
        if (security.Mechanism != "OAUTHBEARER")
        {
            config.SaslUsername = security.Username;
            config.SaslPassword = security.ReadPassword?.Invoke();
        }
        else if (security.TokenEndpoint is not null)
        {
            config.SaslOauthbearerMethod = SaslOauthbearerMethod.Oidc;
            config.SaslOauthbearerTokenEndpointUrl = security.TokenEndpoint;
            config.SaslOauthbearerClientId = security.Username;
            config.SaslOauthbearerClientSecret = security.ReadPassword?.Invoke();
            config.SaslOauthbearerScope = security.Scope;
        }
    }

    // Called on the thread that polls; librdkafka asks again before the token ends.
    static void Refresh(IClient client, TokenCredential credential, string bootstrap, KafkaSecurity security)
    {
        try
        {
            var host = bootstrap.Split(',')[0].Split(':')[0];
            var token = credential.GetToken(new TokenRequestContext([security.Scope ?? $"https://{host}/.default"]), CancellationToken.None);
            client.OAuthBearerSetToken(token.Token, token.ExpiresOn.ToUnixTimeMilliseconds(), "auditwatch");
        }
        catch (Exception fault)
        {
            client.OAuthBearerSetTokenFailure(AzureIdentity.Explain(fault) ?? fault.Message);
        }
    }
}
