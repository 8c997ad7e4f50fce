namespace AuditWatch.Storage.Elasticsearch;

/// <summary>Elasticsearch could not be set up or reached: who, where, why, and what to do.</summary>
public sealed class ElasticsearchFault(ElasticsearchFaultKind kind, string message) : Exception(message)
{
    /// <summary>What kind of fault.</summary>
    public ElasticsearchFaultKind Kind { get; } = kind;
}
