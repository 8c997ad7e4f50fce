namespace AuditWatch.Storage.State;

/// <summary>One change of an alert that somebody still has to hear of.</summary>
/// <param name="Id">The entry.</param>
/// <param name="AlertId">The alert.</param>
/// <param name="Version">The alert's version that the change made.</param>
/// <param name="Attempts">How often it was handed out, this time included.</param>
/// <param name="Waiting">The consumers that have not marked it done.</param>
public sealed record OutboxEntry(long Id, string AlertId, long Version, int Attempts, IReadOnlyList<string> Waiting)
{
    /// <summary>When it is handed out again, should nobody settle it by then; microseconds since 1970.</summary>
    public long DueMicros { get; init; }
}
