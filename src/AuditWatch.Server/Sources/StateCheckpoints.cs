using System.Globalization;
using AuditWatch.Ingest.Sources;
using AuditWatch.Storage.State;

namespace AuditWatch.Server.Sources;

/// <summary>Owners and checkpoints in a state store: the server's own, or a file or database that several servers share.</summary>
sealed class StateCheckpoints(Func<CancellationToken, Task<StateStore>> open) : IPartitionCheckpoints
{
    /// <summary>In the server's own state.</summary>
    public StateCheckpoints(StateStore own) : this(_ => Task.FromResult(own)) { }

    /// <summary>In a file of its own, opened when it is first needed and again when that failed.</summary>
    public static StateCheckpoints InFile(string file, TimeProvider clock) => Opened(stop => StateStore.OpenFileAsync(file, clock, stop));

    /// <summary>In a PostgreSQL database that is for checkpoints alone, or for several servers'.</summary>
    public static StateCheckpoints InPostgres(Uri place, Func<string>? password, TimeProvider clock) => Opened(stop => StateStore.OpenPostgresAsync(new PostgresPlace
    {
        Host = place.Host, Port = place.Port < 0 ? 5432 : place.Port, Database = Uri.UnescapeDataString(place.AbsolutePath.Trim('/')), Username = Uri.UnescapeDataString(place.UserInfo),
        Password = password, Tls = place.Query != "?tls=disable", MaxConnections = 4,
    }, clock, null, stop));

    static StateCheckpoints Opened(Func<CancellationToken, Task<StateStore>> open)
    {
        var gate = new SemaphoreSlim(1, 1);
        StateStore? opened = null;
        return new StateCheckpoints(async stop =>
        {
            await gate.WaitAsync(stop);
            try
            {
                return opened ??= await open(stop);
            }
            finally
            {
                gate.Release();
            }
        });
    }

    public async Task<IReadOnlyList<PartitionOwner>> ListOwnersAsync(PartitionGroup group, CancellationToken stop) =>
        [.. (await (await open(stop)).ListSourceOwnersAsync(Of(group), stop)).Select(Of)];

    public async Task<IReadOnlyList<PartitionOwner>> ClaimAsync(PartitionGroup group, IReadOnlyList<PartitionClaim> claims, CancellationToken stop) =>
        [.. (await (await open(stop)).ClaimSourcePartitionsAsync(Of(group), [.. claims.Select(c => (c.Partition, c.Owner, Version(c.Version)))], stop)).Select(Of)];

    public async Task<PartitionCheckpoint?> FindAsync(PartitionGroup group, string partition, CancellationToken stop) =>
        (await (await open(stop)).ListSourceCheckpointsAsync(Of(group), stop)).FirstOrDefault(c => c.Partition == partition) is { } found ? new PartitionCheckpoint(found.Position, found.Sequence) : null;

    public async Task SaveAsync(PartitionGroup group, string partition, PartitionCheckpoint checkpoint, string client, CancellationToken stop) =>
        await (await open(stop)).SaveSourceCheckpointAsync(Of(group), partition, checkpoint.Position, checkpoint.Sequence, client, stop);

    public async Task<int> ForgetAsync(PartitionGroup group, string? partition, CancellationToken stop) =>
        await (await open(stop)).ForgetSourceCheckpointsAsync(Of(group), partition, stop);

    // The service does not tell cases apart.
    static SourceGroup Of(PartitionGroup group) => new(group.Namespace.ToLowerInvariant(), group.Hub.ToLowerInvariant(), group.ConsumerGroup.ToLowerInvariant());

    static PartitionOwner Of(SourceOwner owner) =>
        new(owner.Partition, owner.Owner, owner.Version.ToString(CultureInfo.InvariantCulture), DateTimeOffset.UnixEpoch.AddTicks(owner.ModifiedMicros * TimeSpan.TicksPerMicrosecond));

    static long? Version(string? version) => version is null ? null : long.Parse(version, CultureInfo.InvariantCulture);
}
