using AuditWatch.Detection.Alerts;
using AuditWatch.Events;

namespace AuditWatch.Storage.Index;

/// <summary>Where events and copies of alerts can be searched. Embedded: DuckDB; at scale: Elasticsearch. Rows and the journal position are committed together.</summary>
public interface IEventIndex : IAsyncDisposable
{
    /// <summary>The last journal record that is in the index.</summary>
    EventPosition Position { get; }

    /// <summary>Adds rows and moves the position, in one transaction. Rows that the index already holds (same event id) are not doubled.</summary>
    Task IndexAsync(IReadOnlyList<IndexRow> rows, EventPosition upTo, CancellationToken stop);

    /// <summary>Inserts or replaces copies of alerts by alert id.</summary>
    Task PutAlertsAsync(IReadOnlyList<Alert> alerts, CancellationToken stop);

    /// <summary>Events that match, newest first unless the query says otherwise.</summary>
    Task<EventPage> SearchAsync(EventQuery query, CancellationToken stop);
}
