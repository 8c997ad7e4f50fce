using AuditWatch.Ingest.Sources;
using Xunit;

namespace AuditWatch.Server.Tests.Sources;

/// <summary>What every store of owners and checkpoints must do, whatever it is kept in.</summary>
public abstract class CheckpointContract : IAsyncLifetime
{
    protected PartitionGroup Group { get; } = new("NS.servicebus.windows.net", "Hub-" + Guid.NewGuid().ToString("N")[..8], "$Default");

    protected static CancellationToken Stop => TestContext.Current.CancellationToken;

    protected IPartitionCheckpoints Store { get; private set; } = null!;

    /// <summary>A new store, or skips where there is none.</summary>
    protected abstract Task<IPartitionCheckpoints> OpenAsync();

    public async ValueTask InitializeAsync() => Store = await OpenAsync();

    public virtual ValueTask DisposeAsync() => ValueTask.CompletedTask;

    async Task<PartitionOwner?> ClaimAsync(string owner, string? version, string partition = "0") => (await Store.ClaimAsync(Group, [new(partition, owner, version)], Stop)).SingleOrDefault();

    [Fact]
    public async Task A_partition_is_won_by_whoever_saw_its_last_version_and_by_nobody_else()
    {
        Assert.Empty(await Store.ListOwnersAsync(Group, Stop));
        var first = await ClaimAsync("one", null);
        Assert.Equal(("0", "one"), (first!.Partition, first.Owner));
        Assert.Null(await ClaimAsync("two", null));
        var second = await ClaimAsync("two", first.Version);
        Assert.NotEqual(first.Version, second!.Version);
        Assert.Null(await ClaimAsync("one", first.Version));
        Assert.Equal([("0", "two", second.Version)], (await Store.ListOwnersAsync(Group, Stop)).Select(o => (o.Partition, o.Owner, o.Version)));
        Assert.Empty(await Store.ListOwnersAsync(Group with { ConsumerGroup = "other" }, Stop));
        Assert.Empty(await Store.ListOwnersAsync(Group with { Hub = Group.Hub + "-2" }, Stop));
    }

    [Fact]
    public async Task Of_several_claims_those_that_still_hold_are_won_and_a_partition_given_back_has_no_owner()
    {
        var mine = await Store.ClaimAsync(Group, [new("0", "one", null), new("1", "one", null), new("2", "one", null)], Stop);
        Assert.Equal(["0", "1", "2"], mine.Select(o => o.Partition));
        var stolen = await ClaimAsync("two", mine[1].Version, "1");
        var renewed = await Store.ClaimAsync(Group, [.. mine.Select(o => new PartitionClaim(o.Partition, "one", o.Version))], Stop);
        Assert.Equal(["0", "2"], renewed.Select(o => o.Partition));
        Assert.All(renewed, o => Assert.InRange(o.Modified, TimeProvider.System.GetUtcNow().AddMinutes(-1), TimeProvider.System.GetUtcNow().AddMinutes(1)));
        Assert.Single(await Store.ClaimAsync(Group, [new("0", "", renewed[0].Version)], Stop));
        Assert.Equal([("0", ""), ("1", "two"), ("2", "one")], (await Store.ListOwnersAsync(Group, Stop)).OrderBy(o => o.Partition, StringComparer.Ordinal).Select(o => (o.Partition, o.Owner)));
        Assert.Equal(stolen!.Version, (await Store.ListOwnersAsync(Group, Stop)).Single(o => o.Partition == "1").Version);
    }

    [Fact]
    public async Task Of_many_who_claim_at_once_exactly_one_wins()
    {
        var won = await Task.WhenAll(Enumerable.Range(0, 6).Select(i => ClaimAsync("worker-" + i, null)));
        var first = Assert.Single(won, o => o is not null)!;
        won = await Task.WhenAll(Enumerable.Range(0, 6).Select(i => ClaimAsync("worker-" + i, first.Version)));
        Assert.Equal(Assert.Single(won, o => o is not null)!.Owner, Assert.Single(await Store.ListOwnersAsync(Group, Stop)).Owner);
    }

    [Fact]
    public async Task A_checkpoint_never_goes_back_until_it_is_forgotten()
    {
        Assert.Null(await Store.FindAsync(Group, "3", Stop));
        await Store.SaveAsync(Group, "3", new PartitionCheckpoint("5000", 50), "one", Stop);
        await Store.SaveAsync(Group, "3", new PartitionCheckpoint("4000", 40), "two", Stop);
        await Store.SaveAsync(Group, "1", new PartitionCheckpoint("1:10:2", 1), "one", Stop);
        Assert.Equal(new PartitionCheckpoint("5000", 50), await Store.FindAsync(Group, "3", Stop));
        Assert.Equal(new PartitionCheckpoint("1:10:2", 1), await Store.FindAsync(Group, "1", Stop));
        Assert.Equal(1, await Store.ForgetAsync(Group, "3", Stop));
        Assert.Null(await Store.FindAsync(Group, "3", Stop));
        await Store.SaveAsync(Group, "3", new PartitionCheckpoint("4000", 40), "two", Stop);
        Assert.Equal(40, (await Store.FindAsync(Group, "3", Stop))!.Sequence);
        Assert.Equal(2, await Store.ForgetAsync(Group, null, Stop));
        Assert.Equal(0, await Store.ForgetAsync(Group, null, Stop));
    }

    [Fact]
    public async Task Of_checkpoints_saved_at_once_the_furthest_stays()
    {
        await Task.WhenAll(Enumerable.Range(1, 6).Select(i => Store.SaveAsync(Group, "0", new PartitionCheckpoint($"{i}00", i), "worker-" + i, Stop)));
        Assert.Equal(new PartitionCheckpoint("600", 6), await Store.FindAsync(Group, "0", Stop));
    }

    [Fact]
    public async Task The_service_does_not_tell_cases_apart_and_neither_does_the_store()
    {
        var other = new PartitionGroup(Group.Namespace.ToLowerInvariant(), Group.Hub.ToUpperInvariant(), "$default");
        var first = await ClaimAsync("one", null);
        await Store.SaveAsync(other, "0", new PartitionCheckpoint("7", 7), "one", Stop);
        Assert.Equal(first!.Version, Assert.Single(await Store.ListOwnersAsync(other, Stop)).Version);
        Assert.Equal(7, (await Store.FindAsync(Group, "0", Stop))!.Sequence);
    }
}
