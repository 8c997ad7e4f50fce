using System.Net;
using System.Security.Cryptography.X509Certificates;
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
            : new(options.ConsumerGroup, options.Namespace, options.Hub, options.Identity.Open(), client);
    }

    public static bool HasEntityPath(string connectionString) => connectionString.Contains("EntityPath=", StringComparison.OrdinalIgnoreCase);

    static EventHubConnectionOptions Connection(EventHubsOptions options)
    {
        var connection = new EventHubConnectionOptions { TransportType = options.UseWebSockets ? EventHubsTransportType.AmqpWebSockets : EventHubsTransportType.AmqpTcp };
        if (options.Endpoint is not null) connection.CustomEndpointAddress = options.Endpoint;
        if (options.Proxy is not null) connection.Proxy = new WebProxy(options.Proxy);
        if (options.CaFile is not { } file) return connection;
        var authorities = new X509Certificate2Collection();
        authorities.ImportFromPemFile(file);
        connection.CertificateValidationCallback = (_, certificate, _, errors) => certificate is not null && OwnAuthority.IsTrusted(certificate, authorities, errors);
        return connection;
    }
}
