using System.Globalization;
using Azure;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;

namespace AuditWatch.Ingest.Sources.EventHubs;

/// <summary>
/// Owners and checkpoints in a blob container, in the layout of Azure's own event processors (empty blobs with metadata), so that who has such a container already keeps
/// his places, and can go back. A claim is won by the blob's ETag; unlike there, a checkpoint never goes back either.
/// </summary>
public sealed class BlobCheckpoints(BlobPlace place) : IPartitionCheckpoints
{
    const string Owner = "ownerid", Offset = "offset", Sequence = "sequencenumber", Client = "clientidentifier";
    const string NoOffset = "no offset";   // what processors wrote that knew the sequence number only
    const int MostTries = 8;

    /// <inheritdoc/>
    public Task<IReadOnlyList<PartitionOwner>> ListOwnersAsync(PartitionGroup group, CancellationToken stop) => TryAsync<IReadOnlyList<PartitionOwner>>(async container =>
    {
        var prefix = Prefix(group, "ownership");
        var owners = new List<PartitionOwner>();
        await foreach (var blob in container.GetBlobsAsync(BlobTraits.Metadata, BlobStates.None, prefix, stop).ConfigureAwait(false))
        {
            var partition = blob.Name[prefix.Length..];
            if (partition.Contains('/', StringComparison.Ordinal) || !blob.Metadata.TryGetValue(Owner, out var owner)) continue;   // not a processor's
            owners.Add(new PartitionOwner(partition, owner, Version(blob.Properties.ETag), blob.Properties.LastModified ?? default));
        }
        return owners;
    });

    /// <inheritdoc/>
    public Task<IReadOnlyList<PartitionOwner>> ClaimAsync(PartitionGroup group, IReadOnlyList<PartitionClaim> claims, CancellationToken stop) => TryAsync<IReadOnlyList<PartitionOwner>>(async container =>
    {
        var won = new List<PartitionOwner>(claims.Count);
        foreach (var claim in claims)
        {
            var metadata = new Dictionary<string, string> { [Owner] = claim.Owner };
            var blob = container.GetBlobClient(Prefix(group, "ownership") + claim.Partition);
            if (await WriteAsync(blob, metadata, claim.Version, stop).ConfigureAwait(false) is not { } written) continue;
            won.Add(new PartitionOwner(claim.Partition, claim.Owner, written.Version, written.Modified));
        }
        return won;
    });

    /// <inheritdoc/>
    public Task<PartitionCheckpoint?> FindAsync(PartitionGroup group, string partition, CancellationToken stop) => TryAsync(async container =>
        await PropertiesAsync(Checkpoint(container, group, partition), stop).ConfigureAwait(false) is { } found ? Read(found.Metadata) : null);

    /// <inheritdoc/>
    public Task SaveAsync(PartitionGroup group, string partition, PartitionCheckpoint checkpoint, string client, CancellationToken stop) => TryAsync(async container =>
    {
        var metadata = new Dictionary<string, string>
        {
            [Offset] = checkpoint.Position, [Sequence] = checkpoint.Sequence < 0 ? "" : checkpoint.Sequence.ToString(CultureInfo.InvariantCulture), [Client] = client,
        };
        var blob = Checkpoint(container, group, partition);
        for (var tries = 1; ; tries++)
        {
            var before = await PropertiesAsync(blob, stop).ConfigureAwait(false);
            if (before is not null && Read(before.Metadata) is { } saved && saved.Sequence >= checkpoint.Sequence) return 0;
            if (await WriteAsync(blob, metadata, before is null ? null : Version(before.ETag), stop).ConfigureAwait(false) is not null) return 0;
            if (tries == MostTries) throw new IOException($"The checkpoint of partition {partition} in {place} is written by others all the time.");
        }
    });

    /// <inheritdoc/>
    public Task<int> ForgetAsync(PartitionGroup group, string? partition, CancellationToken stop) => TryAsync(async container =>
    {
        if (partition is not null) return await DeleteAsync(Checkpoint(container, group, partition), stop).ConfigureAwait(false);
        var forgotten = 0;
        await foreach (var blob in container.GetBlobsAsync(BlobTraits.None, BlobStates.None, Prefix(group, "checkpoint"), stop).ConfigureAwait(false))
            forgotten += await DeleteAsync(container.GetBlobClient(blob.Name), stop).ConfigureAwait(false);
        return forgotten;
    });

    static async Task<int> DeleteAsync(BlobClient blob, CancellationToken stop) => await blob.DeleteIfExistsAsync(cancellationToken: stop).ConfigureAwait(false) ? 1 : 0;

    // Metadata of a blob that has this version (null: that is not there); null when it has another by now.
    static async Task<(string Version, DateTimeOffset Modified)?> WriteAsync(BlobClient blob, Dictionary<string, string> metadata, string? version, CancellationToken stop)
    {
        try
        {
            if (version is not null)
            {
                var changed = await blob.SetMetadataAsync(metadata, new BlobRequestConditions { IfMatch = new ETag(version) }, stop).ConfigureAwait(false);
                return (Version(changed.Value.ETag), changed.Value.LastModified);
            }
            var options = new BlobUploadOptions { Metadata = metadata, Conditions = new BlobRequestConditions { IfNoneMatch = ETag.All } };
            var made = await blob.UploadAsync(BinaryData.Empty, options, stop).ConfigureAwait(false);
            return (Version(made.Value.ETag), made.Value.LastModified);
        }
        catch (RequestFailedException fault) when (fault.ErrorCode == BlobErrorCode.ConditionNotMet || fault.ErrorCode == BlobErrorCode.BlobAlreadyExists || fault.ErrorCode == BlobErrorCode.BlobNotFound)
        {
            return null;
        }
    }

    static async Task<BlobProperties?> PropertiesAsync(BlobClient blob, CancellationToken stop)
    {
        try
        {
            return await blob.GetPropertiesAsync(cancellationToken: stop).ConfigureAwait(false);
        }
        catch (RequestFailedException fault) when (fault.ErrorCode == BlobErrorCode.BlobNotFound)
        {
            return null;
        }
    }

    // Some processors know only one of offset and sequence number; with neither it is no checkpoint.
    static PartitionCheckpoint? Read(IDictionary<string, string> metadata)
    {
        var sequence = metadata.TryGetValue(Sequence, out var number) && long.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out var parsed) ? parsed : -1;
        var offset = metadata.TryGetValue(Offset, out var text) && !text.Equals(NoOffset, StringComparison.OrdinalIgnoreCase) ? text : "";
        return offset.Length == 0 && sequence < 0 ? null : new PartitionCheckpoint(offset, sequence);
    }

    async Task<T> TryAsync<T>(Func<BlobContainerClient, Task<T>> act)
    {
        try
        {
            return await act(place.Open()).ConfigureAwait(false);
        }
        catch (RequestFailedException fault)
        {
            // The client's own text is a page of headers.
            throw new IOException(fault.ErrorCode == BlobErrorCode.ContainerNotFound
                ? $"The container {place} does not exist; make it, or name another in checkpoint_store."
                : $"The checkpoint store {place} answers {(fault.Status == 0 ? fault.Message.Split('\n')[0] : $"{fault.Status} {fault.ErrorCode}")}.", fault);
        }
    }

    static BlobClient Checkpoint(BlobContainerClient container, PartitionGroup group, string partition) => container.GetBlobClient(Prefix(group, "checkpoint") + partition);

    static string Prefix(PartitionGroup group, string kind) => $"{group.Namespace.ToLowerInvariant()}/{group.Hub.ToLowerInvariant()}/{group.ConsumerGroup.ToLowerInvariant()}/{kind}/";

    static string Version(ETag? etag) => (etag?.ToString() ?? "").Trim('"');
}
