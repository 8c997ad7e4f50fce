namespace AuditWatch.Ingest.Sources.EventHubs;

/// <summary>Where and how an Event Hubs source reads.</summary>
public sealed record EventHubsOptions
{
    /// <summary>The source's name.</summary>
    public required string Name { get; init; }

    /// <summary>The cluster that every event belongs to.</summary>
    public required string Cluster { get; init; }

    /// <summary>Reads the connection string; asked again every two seconds, so that keys can be changed while the source runs. Null: <see cref="Namespace"/> with <see cref="Identity"/>.</summary>
    public Func<string>? ReadConnectionString { get; init; }

    /// <summary>Host name of the namespace, <c>NAME.servicebus.windows.net</c>.</summary>
    public string? Namespace { get; init; }

    /// <summary>Who we are at Azure, where there is no connection string.</summary>
    public AzureIdentity Identity { get; init; } = new();

    /// <summary>The hub; null: the connection string names it.</summary>
    public string? Hub { get; init; }

    /// <summary>The consumer group. Nobody else may read with it.</summary>
    public string ConsumerGroup { get; init; } = "$Default";

    /// <summary>A partition without a checkpoint begins with what comes from now on. Default: with the oldest event.</summary>
    public bool StartAtLatest { get; init; }

    /// <summary>AMQP over WebSockets (port 443) instead of TCP (5671).</summary>
    public bool UseWebSockets { get; init; }

    /// <summary>Through which HTTP proxy, over WebSockets; null: what HTTPS_PROXY says.</summary>
    public Uri? Proxy { get; init; }

    /// <summary>Where to connect instead of the namespace's own address: a private endpoint or gateway.</summary>
    public Uri? Endpoint { get; init; }

    /// <summary>PEM file of the authority that the server's certificate comes from; null: the system's. Over TCP only.</summary>
    public string? CaFile { get; init; }

    /// <summary>This worker's name: the same after a restart, and nobody else's.</summary>
    public required string Identifier { get; init; }

    /// <summary>How often workers look at who reads what. Default 10 s.</summary>
    public TimeSpan BalanceEvery { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>A worker silent for so long has lost its partitions. Default 35 s.</summary>
    public TimeSpan OwnershipEnds { get; init; } = TimeSpan.FromSeconds(35);

    /// <summary>What is durable is checkpointed at most so often. Default 2 s.</summary>
    public TimeSpan CheckpointEvery { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>How often the hub is asked, beside reading, how long its partitions are. Default 15 s.</summary>
    public TimeSpan WatchEvery { get; init; } = TimeSpan.FromSeconds(15);
}
