using AuditWatch.Events;

namespace AuditWatch.Storage.Elasticsearch;

/// <summary>One document of a bulk body: whose it is, and which bytes (action and source) are its.</summary>
internal readonly record struct BulkDocument(EventId Id, EventPosition Position, string Cluster, int Start, int Length);
