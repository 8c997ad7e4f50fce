using AuditWatch.Events;
using AuditWatch.Storage.State;

namespace AuditWatch.Storage.Index;

/// <summary>
/// Where events and copies of alerts can be searched. Embedded: DuckDB; at scale: Elasticsearch. Rows and the journal position are committed together, so
/// whatever happens the index holds exactly the events up to <see cref="Position"/>, each once.
/// </summary>
public interface IEventIndex : IEventSearch, IAsyncDisposable
{
    /// <summary>The last journal record that is durably in the index. A reader that starts, or whose write failed, goes on after it.</summary>
    EventPosition Position { get; }

    /// <summary>An empty batch to fill. It goes back by itself once it was given to <see cref="IndexAsync"/>.</summary>
    IndexBatch RentBatch();

    /// <summary>
    /// Takes a batch over: its rows and the position will be committed together, soon (<see cref="FlushAsync"/> does not wait). Waits only when too much is
    /// under way. Batches come in journal order; what lies at or before a position already accepted is left out.
    /// </summary>
    /// <exception cref="IndexWriteException">An earlier batch could not be written; nothing after <see cref="Position"/> is kept. Read on from there.</exception>
    Task IndexAsync(IndexBatch batch, EventPosition upTo, CancellationToken stop);

    /// <summary>Commits everything accepted.</summary>
    Task FlushAsync(CancellationToken stop);

    /// <summary>Inserts or replaces copies of alerts by alert id (an older version never replaces a newer one); durable when it returns.</summary>
    Task PutAlertsAsync(IReadOnlyList<StoredAlert> alerts, CancellationToken stop);

    /// <summary>Forgets the events of journal segments before this one, which retention has deleted.</summary>
    Task ForgetBeforeAsync(int segment, CancellationToken stop);
}
