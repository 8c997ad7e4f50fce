namespace AuditWatch.Storage.Tests.State;

/// <summary>Clusters and their credentials.</summary>
public abstract partial class StateStoreContract
{
    [Fact]
    public async Task A_token_opens_its_own_cluster_and_is_stored_only_as_a_hash()
    {
        var prod = await _store.AddClusterAsync("prod-eu", null, Stop);
        var dev = await _store.AddClusterAsync("dev", "dev-apiserver", Stop);

        Assert.Equal("prod-eu", await _store.FindClusterByTokenAsync(prod, Stop));
        Assert.Equal("dev", await _store.FindClusterByTokenAsync(dev, Stop));
        Assert.Null(await _store.FindClusterByTokenAsync(dev + "0", Stop));
        Assert.Null(await _store.FindClusterByTokenAsync("", Stop));
        Assert.Equal("prod-eu", await _store.FindClusterByClientCnAsync("prod-eu", Stop));
        Assert.Equal("dev", await _store.FindClusterByClientCnAsync("dev-apiserver", Stop));
        Assert.Null(await _store.FindClusterByClientCnAsync("dev", Stop));
        Assert.Equal(["dev", "prod-eu"], (await _store.ListClustersAsync(Stop)).Select(cluster => cluster.Name));
        Assert.False(await HoldsTextAsync(prod));
    }

    [Fact]
    public async Task Adding_a_cluster_again_gives_one_more_token_so_that_it_can_be_changed_without_a_gap()
    {
        var old = await _store.AddClusterAsync("prod", "cn-1", Stop);
        var @new = await _store.AddClusterAsync("prod", null, Stop);

        Assert.NotEqual(old, @new);
        Assert.Equal("prod", await _store.FindClusterByTokenAsync(old, Stop));
        Assert.Equal("prod", await _store.FindClusterByTokenAsync(@new, Stop));
        Assert.Equal("cn-1", Assert.Single(await _store.ListClustersAsync(Stop)).ClientCn);
        await _store.AddClusterAsync("prod", "cn-2", Stop);
        Assert.Equal("cn-2", Assert.Single(await _store.ListClustersAsync(Stop)).ClientCn);
    }

    [Fact]
    public async Task Tokens_of_before_are_taken_back_and_those_made_since_and_of_others_are_not()
    {
        var old = await _store.AddClusterAsync("prod", null, Stop);
        var other = await _store.AddClusterAsync("dev", null, Stop);
        _clock.Advance(TimeSpan.FromHours(2));
        var recent = await _store.AddClusterAsync("prod", null, Stop);

        Assert.Equal((1, 1), await _store.RevokeClusterTokensAsync("prod", UnixMicros.Of(_clock) - 3_600_000_000, Stop));
        Assert.Equal((0, 1), await _store.RevokeClusterTokensAsync("prod", UnixMicros.Of(_clock) - 3_600_000_000, Stop));
        Assert.Null(await _store.FindClusterByTokenAsync(old, Stop));
        Assert.Equal("prod", await _store.FindClusterByTokenAsync(recent, Stop));
        Assert.Equal((1, 0), await _store.RevokeClusterTokensAsync("prod", long.MaxValue, Stop));
        Assert.Null(await _store.FindClusterByTokenAsync(recent, Stop));
        Assert.Equal("prod", await _store.FindClusterByClientCnAsync("prod", Stop));
        Assert.Equal("dev", await _store.FindClusterByTokenAsync(other, Stop));
        Assert.Null(await _store.RevokeClusterTokensAsync("unheard-of", long.MaxValue, Stop));
    }

    [Fact]
    public async Task A_certificate_name_belongs_to_one_cluster()
    {
        await _store.AddClusterAsync("prod", "apiserver", Stop);

        var refused = await Assert.ThrowsAsync<ArgumentException>(() => _store.AddClusterAsync("dev", "apiserver", Stop));

        Assert.Contains("belongs to the cluster 'prod'", refused.Message, StringComparison.Ordinal);
        Assert.Single(await _store.ListClustersAsync(Stop));
    }

    [Theory]
    [InlineData("")]
    [InlineData("../etc")]
    [InlineData("a b")]
    [InlineData(".hidden")]
    public async Task What_cannot_stand_in_a_path_is_no_cluster_name(string name) =>
        await Assert.ThrowsAsync<ArgumentException>(() => _store.AddClusterAsync(name, null, Stop));

    /// <summary>Whether the database's files hold a text anywhere.</summary>
    protected abstract Task<bool> HoldsTextAsync(string text);
}
