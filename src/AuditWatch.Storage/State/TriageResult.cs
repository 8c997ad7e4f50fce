namespace AuditWatch.Storage.State;

/// <summary>What became of a change of triage.</summary>
public enum TriageVerdict
{
    /// <summary>It was made.</summary>
    Done,
    /// <summary>Everything was so already.</summary>
    Unchanged,
    /// <summary>There is no such alert.</summary>
    Missing,
    /// <summary>The alert has changed since the caller looked.</summary>
    Stale,
    /// <summary>It cannot be made.</summary>
    Refused,
}

/// <summary>What became of a change of triage.</summary>
/// <param name="Verdict">Whether it was made.</param>
/// <param name="Alert">The alert as it now stands; null when there is none.</param>
/// <param name="Why">Why not, where there is something to say.</param>
/// <param name="Since">When it is stale: what was done since the caller looked.</param>
public sealed record TriageResult(TriageVerdict Verdict, StoredAlert? Alert, string? Why, IReadOnlyList<TriageEvent> Since);
