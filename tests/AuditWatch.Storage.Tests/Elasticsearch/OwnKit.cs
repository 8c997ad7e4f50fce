namespace AuditWatch.Storage.Tests.Elasticsearch;

/// <summary>An Elasticsearch for tests that kill it, fill it or change what all streams share; they run one after the other.</summary>
public sealed class OwnKit : SharedKit;
