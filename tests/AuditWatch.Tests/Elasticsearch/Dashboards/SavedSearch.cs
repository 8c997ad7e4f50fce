namespace AuditWatch.Tests.Elasticsearch.Dashboards;

/// <summary>A list of documents that an analyst opens in Discover.</summary>
internal sealed record SavedSearch(string Id, string Title, string View, string Where, params string[] Columns);
