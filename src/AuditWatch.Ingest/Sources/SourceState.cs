namespace AuditWatch.Ingest.Sources;

/// <summary>What a source is doing.</summary>
public enum SourceState
{
    /// <summary>It connects.</summary>
    Starting,
    /// <summary>It reads, or waits for something to read.</summary>
    Running,
    /// <summary>It does not read, because the journal takes nothing more for now.</summary>
    Holding,
    /// <summary>It cannot read; it is tried again. The error says why.</summary>
    Failing,
    /// <summary>Its checkpoint lies beyond what the hub holds, so nothing is read until somebody resets it.</summary>
    CheckpointAhead,
    /// <summary>It was stopped.</summary>
    Stopped,
}
