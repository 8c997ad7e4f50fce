namespace AuditWatch.Ingest.Sources;

/// <summary>
/// A source that is read in partitions and pushes what it reads through the pipeline itself. Contract: nothing is acknowledged (committed, checkpointed) before the
/// journal has it durably; what the pipeline refuses is offered again until it is taken; a bad record costs itself only.
/// </summary>
public interface IPartitionSource
{
    /// <summary>How it stands; may be read at any time.</summary>
    SourceStanding Standing { get; }

    /// <summary>Reads until <paramref name="stop"/>, then acknowledges what is durable and returns. Throws when it cannot go on by itself; it may be run again.</summary>
    Task RunAsync(CancellationToken stop);
}
