namespace AuditWatch.Server.Configuration;

/// <summary>How often callers may ask.</summary>
public sealed record AccessConfig
{
    /// <summary>Requests of one principal per second, with ten seconds' worth at once. Default 100.</summary>
    public int RequestsPerSecond { get; init; } = 100;

    /// <summary>Requests without a valid credential from one address per minute, beyond which they are answered 429. Default 30.</summary>
    public int FailuresPerMinute { get; init; } = 30;

    /// <summary>A provider whose tokens are taken as well; null: none.</summary>
    public OidcConfig? Oidc { get; init; }
}

/// <summary>An OpenID Connect provider, and what its groups may do here.</summary>
/// <param name="Issuer">Its issuer; keys and the rest are found from there.</param>
/// <param name="Audiences">Whom a token must be for: one of these.</param>
/// <param name="GroupsClaim">Where a token names its groups.</param>
/// <param name="NameClaim">Where a token names its principal.</param>
/// <param name="CaFile">PEM bundle of the authorities of its certificate, where the machine's do not know it.</param>
/// <param name="Roles">What each group may do, and where.</param>
public sealed record OidcConfig(string Issuer, IReadOnlyList<string> Audiences, string GroupsClaim, string NameClaim, string? CaFile, IReadOnlyList<GroupRoles> Roles);

/// <summary>What a group may do.</summary>
/// <param name="Group">Its name, as tokens say it.</param>
/// <param name="Roles">Roles, each alone or with a cluster.</param>
public sealed record GroupRoles(string Group, IReadOnlyList<string> Roles);
