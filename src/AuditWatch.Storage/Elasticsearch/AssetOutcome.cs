namespace AuditWatch.Storage.Elasticsearch;

/// <summary>What became of one thing that <c>setup elasticsearch</c> looks after.</summary>
/// <param name="Kind">What it is, in words.</param>
/// <param name="Name">Its name.</param>
/// <param name="Change">What was done, or with <c>--dry-run</c> would be.</param>
/// <param name="Why">Left out: why.</param>
public sealed record AssetOutcome(string Kind, string Name, AssetChange Change, string? Why = null);
