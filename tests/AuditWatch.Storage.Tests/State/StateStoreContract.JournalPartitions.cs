namespace AuditWatch.Storage.Tests.State;

/// <summary>Which partition of the journal a cluster belongs to.</summary>
public abstract partial class StateStoreContract
{
    [Fact]
    public async Task A_cluster_gets_the_partition_with_the_fewest_clusters_and_keeps_it_when_partitions_are_added()
    {
        var asked = await Task.WhenAll(Enumerable.Range(0, 9).Select(i => _store.AssignJournalPartitionAsync("journal", $"c{i}", [0, 1, 2], Stop)));
        Assert.Equal([3, 3, 3], asked.CountBy(p => p).OrderBy(p => p.Key).Select(p => p.Value));
        Assert.Equal(asked[4], await _store.AssignJournalPartitionAsync("journal", "c4", [0, 1, 2, 3], Stop));
        Assert.Equal(3, await _store.AssignJournalPartitionAsync("journal", "new", [0, 1, 2, 3], Stop));
        Assert.Equal(0, await _store.AssignJournalPartitionAsync("another", "new", [0, 1], Stop));
        var hostile = "a\0b\ud800";
        var place = await _store.AssignJournalPartitionAsync("journal", hostile, [0, 1, 2, 3], Stop);
        Assert.Equal(3, place);
        var all = await _store.ListJournalPartitionsAsync("journal", Stop);
        Assert.Equal(11, all.Count);
        Assert.Equal((asked[7], 3, place), (all["c7"], all["new"], all[hostile]));
    }
}
