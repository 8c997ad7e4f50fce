namespace AuditWatch.Storage.Elasticsearch;

/// <summary>Whose turn it is.</summary>
public enum ElasticsearchFaultKind
{
    /// <summary>No answer, or an answer that says to come again.</summary>
    OutOfReach,
    /// <summary>The credential is missing, wrong, or may not do this.</summary>
    Refused,
    /// <summary>A file or setting of ours cannot be used, or the server cannot serve us at all.</summary>
    Unusable,
}
