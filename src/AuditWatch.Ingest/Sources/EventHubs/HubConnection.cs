using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using Azure.Identity;
using Azure.Messaging.EventHubs;
using Azure.Messaging.EventHubs.Consumer;
using Azure.Messaging.EventHubs.Primitives;
using Azure.Messaging.EventHubs.Processor;

namespace AuditWatch.Ingest.Sources.EventHubs;

/// <summary>How to reach a hub: transport, trust, login.</summary>
internal static class HubConnection
{
    public static EventProcessorOptions ProcessorOptions(EventHubsOptions options) => new()
    {
        Identifier = options.Identifier,
        ConnectionOptions = Connection(options),
        // After a fault the client waits for the rest of this time before it receives again; it is also the beat of our checkpoints.
        MaximumWaitTime = TimeSpan.FromSeconds(1),
        PrefetchCount = 300,
        PrefetchSizeInBytes = 8 << 20,
        LoadBalancingStrategy = LoadBalancingStrategy.Greedy,
        LoadBalancingUpdateInterval = options.BalanceEvery,
        PartitionOwnershipExpirationInterval = options.OwnershipEnds,
        TrackLastEnqueuedEventProperties = true,
        // "latest" is a checkpoint that is made at the first start.
        DefaultStartingPosition = EventPosition.Earliest,
    };

    /// <summary>A second connection, for asking about the hub beside reading it.</summary>
    public static EventHubConsumerClient Observer(EventHubsOptions options)
    {
        var client = new EventHubConsumerClientOptions
        {
            ConnectionOptions = Connection(options),
            RetryOptions = new EventHubsRetryOptions { MaximumRetries = 1, TryTimeout = TimeSpan.FromSeconds(10), Delay = TimeSpan.FromMilliseconds(300) },
        };
        return options.ReadConnectionString is { } read
            ? options.Hub is { } hub && !HasEntityPath(read()) ? new(options.ConsumerGroup, read(), hub, client) : new(options.ConsumerGroup, read(), client)
            : new(options.ConsumerGroup, options.Namespace, options.Hub, new DefaultAzureCredential(), client);
    }

    public static bool HasEntityPath(string connectionString) => connectionString.Contains("EntityPath=", StringComparison.OrdinalIgnoreCase);

    static EventHubConnectionOptions Connection(EventHubsOptions options)
    {
        var connection = new EventHubConnectionOptions { TransportType = options.UseWebSockets ? EventHubsTransportType.AmqpWebSockets : EventHubsTransportType.AmqpTcp };
        if (options.Endpoint is not null) connection.CustomEndpointAddress = options.Endpoint;
        if (options.CaFile is not { } file) return connection;
        var authorities = new X509Certificate2Collection();
        authorities.ImportFromPemFile(file);
        connection.CertificateValidationCallback = (_, certificate, _, errors) => certificate is not null && IsTrusted(certificate, authorities, errors);
        return connection;
    }

    static bool IsTrusted(X509Certificate certificate, X509Certificate2Collection authorities, SslPolicyErrors errors)
    {
        if ((errors & ~SslPolicyErrors.RemoteCertificateChainErrors) != SslPolicyErrors.None) return false;
        using var chain = new X509Chain();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.CustomTrustStore.AddRange(authorities);
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        using var copy = X509CertificateLoader.LoadCertificate(certificate.GetRawCertData());
        return chain.Build(copy);
    }
}
