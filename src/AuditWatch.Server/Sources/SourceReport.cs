using AuditWatch.Ingest.Sources;

namespace AuditWatch.Server.Sources;

/// <summary>How a source stands in one process, or in all that read it.</summary>
sealed record SourceReport(string Name, string Type, string Cluster, SourceState State)
{
    // The better one names what several do together: a source that one process reads is read.
    static readonly SourceState[] s_best = [SourceState.Running, SourceState.Holding, SourceState.Starting, SourceState.Failing, SourceState.CheckpointAhead, SourceState.Stopped];

    public string? LastPosition { get; init; }

    public long? Lag { get; init; }

    public string? LastError { get; init; }

    public DateTimeOffset? LastErrorAt { get; init; }

    public DateTimeOffset? LastReceived { get; init; }

    public long Errors { get; init; }

    public long Lost { get; init; }

    public long Gaps { get; init; }

    public long Quarantined { get; init; }

    public long? LagBytes { get; init; }

    public IReadOnlyList<PartitionStanding> Partitions { get; init; } = [];

    public static SourceReport Of(SourceStanding s) => new(s.Name, s.Type, s.Cluster, s.State)
    {
        LastPosition = s.LastPosition, Lag = s.Lag, LastError = s.LastError?.Message, LastErrorAt = s.LastError?.At, LastReceived = s.LastReceived,
        Errors = s.Errors, Lost = s.Lost, Gaps = s.Gaps, Quarantined = s.Quarantined, LagBytes = s.LagBytes, Partitions = s.Partitions,
    };

    /// <summary>What several processes say of the same source, as one.</summary>
    public static SourceReport Sum(IReadOnlyCollection<SourceReport> reports)
    {
        var (first, error, newest) = (reports.First(), reports.MaxBy(r => r.LastErrorAt ?? DateTimeOffset.MinValue)!, reports.MaxBy(r => r.LastReceived ?? DateTimeOffset.MinValue)!);
        return first with
        {
            State = s_best.First(state => reports.Any(r => r.State == state)),
            LastPosition = newest.LastPosition,
            LastReceived = newest.LastReceived,
            Lag = reports.Any(r => r.Lag is not null) ? reports.Sum(r => r.Lag ?? 0) : null,
            LagBytes = reports.Any(r => r.LagBytes is not null) ? reports.Sum(r => r.LagBytes ?? 0) : null,
            LastError = error.LastError,
            LastErrorAt = error.LastErrorAt,
            Errors = reports.Sum(r => r.Errors),
            Lost = reports.Sum(r => r.Lost),
            Gaps = reports.Sum(r => r.Gaps),
            Quarantined = reports.Sum(r => r.Quarantined),
            Partitions = [.. reports.SelectMany(r => r.Partitions).OrderBy(p => p.Name, StringComparer.Ordinal)],
        };
    }
}
