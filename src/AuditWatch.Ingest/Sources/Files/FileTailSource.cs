using AuditWatch.Ingest.Pipeline;
using Microsoft.Extensions.Logging;

namespace AuditWatch.Ingest.Sources.Files;

/// <summary>
/// Follows log files over their rotations. One thread reads; what it reads goes to the journal while it reads on. Places are remembered behind the journal, never
/// before, so that a killed process goes on exactly there; what is read again then, the journal knows.
/// </summary>
public sealed partial class FileTailSource(
    FileTailOptions options, IngestPipeline pipeline, IPartitionCheckpoints checkpoints, Func<bool> isOverHighWater, TimeProvider time, ILogger<FileTailSource> log) : IPartitionSource
{
    /// <inheritdoc/>
    public SourceStanding Standing { get; } = new(options.Name, "file", options.Cluster, time);

    /// <inheritdoc/>
    public Task RunAsync(CancellationToken stop) => Task.Factory.StartNew(() =>
    {
        using var reading = new TailReading(this);
        reading.Run(stop);
    }, stop, TaskCreationOptions.LongRunning, TaskScheduler.Default);

    /// <summary>Forgets how far the files are read, so that they begin anew. The source must not be running.</summary>
    public Task<int> ResetAsync(CancellationToken stop) => checkpoints.ForgetAsync(Group, null, stop);

    internal PartitionGroup Group { get; } = new("file", options.Name, "tail");

    internal FileTailOptions Options => options;

    internal IngestPipeline Pipeline => pipeline;

    internal IPartitionCheckpoints Checkpoints => checkpoints;

    internal Func<bool> IsOverHighWater => isOverHighWater;

    internal TimeProvider Time => time;

    internal ILogger Log => log;
}
