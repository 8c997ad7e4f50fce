namespace AuditWatch.Events.Redaction;

/// <summary>What of redaction a site may switch.</summary>
public sealed record RedactionOptions
{
    /// <summary>Whether ConfigMap values that look like credentials are replaced. Default true.</summary>
    public bool ConfigMaps { get; init; } = true;
}
