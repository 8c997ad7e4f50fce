namespace AuditWatch.Ingest.Sources.Kafka;

/// <summary>How to log in to a Kafka broker.</summary>
/// <param name="Protocol">PLAINTEXT, SSL, SASL_PLAINTEXT or SASL_SSL.</param>
/// <param name="Mechanism">PLAIN, SCRAM-SHA-256, SCRAM-SHA-512 or OAUTHBEARER.</param>
public sealed record KafkaSecurity(string Protocol, string Mechanism)
{
    /// <summary>The user; with OAUTHBEARER and a token endpoint the client id.</summary>
    public string? Username { get; init; }

    /// <summary>Reads the password (with OAUTHBEARER the client's secret). Asked again every two seconds, so that it can be changed while the source runs.</summary>
    public Func<string>? ReadPassword { get; init; }

    /// <summary>PEM file of the authority that the broker's certificate comes from; null: the system's.</summary>
    public string? CaFile { get; init; }

    /// <summary>OAUTHBEARER: where tokens are asked for (client credentials). Null: <see cref="Identity"/>, for Event Hubs.</summary>
    public string? TokenEndpoint { get; init; }

    /// <summary>OAUTHBEARER without a token endpoint: who we are at Azure.</summary>
    public AzureIdentity Identity { get; init; } = new();

    /// <summary>OAUTHBEARER: the scope to ask for.</summary>
    public string? Scope { get; init; }

    /// <summary>Never shows the password.</summary>
    public override string ToString() => $"{Protocol} {Mechanism}";
}
