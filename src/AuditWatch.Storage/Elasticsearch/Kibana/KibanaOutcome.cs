namespace AuditWatch.Storage.Elasticsearch.Kibana;

/// <summary>What became of one saved object.</summary>
/// <param name="Kind">Data view, saved search, dashboard or detection rule.</param>
/// <param name="Id">Its id.</param>
/// <param name="Title">What a person calls it.</param>
/// <param name="Change">What was done, or would be.</param>
/// <param name="Differences">Where the one that is there is not as shipped.</param>
public sealed record KibanaOutcome(string Kind, string Id, string Title, KibanaChange Change, IReadOnlyList<string> Differences);
