namespace AuditWatch.Storage.Elasticsearch.Kibana;

/// <summary>What was done about a saved object.</summary>
public enum KibanaChange
{
    /// <summary>It is as shipped.</summary>
    Unchanged,
    /// <summary>It was not there.</summary>
    Created,
    /// <summary>It was otherwise, and is as shipped now.</summary>
    Overwritten,
    /// <summary>It is otherwise, and stays so: somebody may have made it his own.</summary>
    Kept,
}
