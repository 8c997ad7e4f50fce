namespace AuditWatch.Ingest.Completeness;

/// <summary>What API servers said of their own audit events in one scrape. Times are microseconds since 1970.</summary>
/// <param name="FromMicros">Not before this the counters had these values, on the API server's clock as far as we know it.</param>
/// <param name="ToMicros">Nor after this.</param>
/// <param name="Servers">By URL.</param>
public sealed record CounterReading(long FromMicros, long ToMicros, IReadOnlyDictionary<string, ServerCounters> Servers);

/// <summary>The counters of one API server.</summary>
/// <param name="StartMicros">When its process began.</param>
/// <param name="Events"><c>apiserver_audit_event_total</c></param>
/// <param name="Errors"><c>apiserver_audit_error_total</c>, by plugin.</param>
public sealed record ServerCounters(long StartMicros, long Events, IReadOnlyDictionary<string, long> Errors);
