namespace AuditWatch.Storage.Index;

/// <summary>Where events can be searched.</summary>
public interface IEventSearch
{
    /// <summary>Events that match, newest first unless the query says otherwise; events of one time in the order of the journal.</summary>
    /// <exception cref="FormatException">The cursor is none.</exception>
    Task<EventPage> SearchAsync(EventQuery query, CancellationToken stop);
}
