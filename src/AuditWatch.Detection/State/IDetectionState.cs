using AuditWatch.Detection.Alerts;
using AuditWatch.Detection.Incidents;
using AuditWatch.Detection.Reasoning;
using AuditWatch.Events;

namespace AuditWatch.Detection.State;

/// <summary>Where the detection worker keeps what a restart needs. Implemented by the relational state store.</summary>
public interface IDetectionState
{
    /// <summary>What the last commit of <paramref name="reader"/> left; <see cref="DetectionCheckpoint.Empty"/> when there is none.</summary>
    Task<DetectionCheckpoint> LoadAsync(string reader, CancellationToken stop);

    /// <summary>Writes position, state changes, alerts (insert or update by alert id) and one outbox row per alert change, in one transaction: all or nothing.</summary>
    Task CommitAsync(DetectionCommit commit, CancellationToken stop);
}

/// <summary>One step of the detection worker.</summary>
/// <param name="Reader">Name of the journal reader, <c>detect</c>.</param>
/// <param name="Position">The last journal record that is fully accounted for.</param>
/// <param name="Changes">Keyed state to upsert or delete, in order.</param>
/// <param name="Alerts">Alerts raised or changed by this step, complete as they now stand.</param>
public sealed record DetectionCommit(string Reader, EventPosition Position, IReadOnlyList<StateChange> Changes, IReadOnlyList<Alert> Alerts)
{
    /// <summary>Incidents opened, changed or withdrawn by this step, complete as they now stand (insert or replace by incident id), by id.</summary>
    public IReadOnlyList<Incident> Incidents { get; init; } = [];

    /// <summary>What exceptions hid in this step, each exception once.</summary>
    public IReadOnlyList<ExceptionUse> Hidden { get; init; } = [];

    /// <summary>The epoch that the reader was taken over under; the commit fails when another has taken it since. Null: nobody else can have it.</summary>
    public long? Epoch { get; init; }
}

/// <summary>One keyed piece of detection state of a cluster: sightings in reach, first-seen entries, the reorder buffer, suppression keys.</summary>
/// <param name="Cluster">The partition.</param>
/// <param name="Kind">What it is, for instance <c>sighting</c>, <c>credential-address</c>.</param>
/// <param name="Key">Unique within cluster and kind.</param>
/// <param name="Value">The new value; null deletes.</param>
/// <param name="ExpiresMicros">Event time (microseconds since 1970) after which it may be forgotten; <see cref="long.MaxValue"/> for never.</param>
public sealed record StateChange(string Cluster, string Kind, string Key, byte[]? Value, long ExpiresMicros);

/// <summary>What a restart begins with.</summary>
public sealed record DetectionCheckpoint(EventPosition Position, IReadOnlyList<StateChange> State)
{
    /// <summary>Nothing yet.</summary>
    public static readonly DetectionCheckpoint Empty = new(EventPosition.Start, []);
}
