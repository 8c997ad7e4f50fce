namespace AuditWatch.Detection.Conversion;

/// <summary>Where a rule is to be searched for.</summary>
public enum HuntingLanguage
{
    /// <summary>SQL for the embedded index.</summary>
    Sql,
    /// <summary>ES|QL for the documents in Elasticsearch.</summary>
    Esql,
    /// <summary>Lucene's query syntax, likewise.</summary>
    Lucene,
}
