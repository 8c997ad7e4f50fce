using AuditWatch.Storage.State;

namespace AuditWatch.Storage.Tests.State;

/// <summary>Owners and checkpoints of partitions.</summary>
public abstract partial class StateStoreContract
{
    static readonly SourceGroup Group = new("ns.servicebus.windows.net", "insights-logs-kube-audit", "$default");

    [Fact]
    public async Task A_partition_is_won_by_whoever_saw_its_last_version_and_by_nobody_else()
    {
        var first = Assert.Single(await _store.ClaimSourcePartitionsAsync(Group, [("0", "one", null)], Stop));
        Assert.Empty(await _store.ClaimSourcePartitionsAsync(Group, [("0", "two", null)], Stop));
        Assert.Empty(await _store.ClaimSourcePartitionsAsync(Group, [("0", "two", first.Version + 1)], Stop));
        var second = Assert.Single(await _store.ClaimSourcePartitionsAsync(Group, [("0", "two", first.Version)], Stop));
        Assert.Empty(await _store.ClaimSourcePartitionsAsync(Group, [("0", "one", first.Version)], Stop));
        Assert.Equal([second], await _store.ListSourceOwnersAsync(Group, Stop));
        Assert.Empty(await _store.ListSourceOwnersAsync(Group with { ConsumerGroup = "other" }, Stop));
    }

    [Fact]
    public async Task A_checkpoint_never_goes_back_until_it_is_forgotten()
    {
        await _store.SaveSourceCheckpointAsync(Group, "3", "5000", 50, "one", Stop);
        await _store.SaveSourceCheckpointAsync(Group, "3", "4000", 40, "two", Stop);
        await _store.SaveSourceCheckpointAsync(Group, "1", "10", 1, "one", Stop);
        Assert.Equal([("1", "10"), ("3", "5000")], (await _store.ListSourceCheckpointsAsync(Group, Stop)).Select(c => (c.Partition, c.Position)));
        Assert.Equal(1, await _store.ForgetSourceCheckpointsAsync(Group, "3", Stop));
        await _store.SaveSourceCheckpointAsync(Group, "3", "4000", 40, "two", Stop);
        Assert.Equal([1L, 40L], (await _store.ListSourceCheckpointsAsync(Group, Stop)).Select(c => c.Sequence));
        Assert.Equal(2, await _store.ForgetSourceCheckpointsAsync(Group, null, Stop));
    }
}
