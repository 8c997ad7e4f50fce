namespace AuditWatch.Storage.Elasticsearch.Kibana;

/// <summary>Where a Kibana is, how to prove who we are, and what its data views should lead to.</summary>
/// <param name="Url">Its URL; a base path is kept.</param>
/// <param name="Space">The space; <c>default</c> is Kibana's first.</param>
/// <param name="ApiKeyFile">File with the encoded API key.</param>
/// <param name="Username">Or a user,</param>
/// <param name="PasswordFile">and the file with its password.</param>
/// <param name="CaFile">PEM of the authority that signed Kibana's certificate; null: the system's authorities.</param>
public sealed record KibanaPlace(string Url, string Space = "default", string? ApiKeyFile = null, string? Username = null, string? PasswordFile = null, string? CaFile = null)
{
    /// <summary>Data views see only the data streams of this namespace; null: of all.</summary>
    public string? Namespace { get; init; }

    /// <summary>Where AuditWatch itself answers, for links from an event or alert to it; null: no such links.</summary>
    public string? AuditWatchUrl { get; init; }
}
