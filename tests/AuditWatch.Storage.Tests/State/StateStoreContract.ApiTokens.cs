namespace AuditWatch.Storage.Tests.State;

/// <summary>Who may ask.</summary>
public abstract partial class StateStoreContract
{
    [Fact]
    public async Task An_API_token_is_found_by_itself_alone_and_stored_only_as_a_hash()
    {
        Assert.False(await _store.HasApiTokensAsync(Stop));
        var (token, kept) = await _store.AddApiTokenAsync("ali\0ce \ud800", "analyst:prod viewer:*", 77, "bob", Stop);
        var (other, _) = await _store.AddApiTokenAsync("ci", "viewer:*", null, "bob", Stop);

        Assert.True(await _store.HasApiTokensAsync(Stop));
        Assert.Equal(kept, await _store.FindApiTokenAsync(token, Stop));
        Assert.Equal(("ali\0ce \ud800", "analyst:prod viewer:*", 77L, "bob"), (kept.Name, kept.Roles, kept.ExpiresMicros, kept.CreatedBy));
        Assert.Equal("ci", (await _store.FindApiTokenAsync(other, Stop))!.Name);
        foreach (var wrong in new[] { "", token[..^1], token + "0", token.ToUpperInvariant(), kept.Id }) Assert.Null(await _store.FindApiTokenAsync(wrong, Stop));
        Assert.False(await HoldsTextAsync(token));
        Assert.False(await HoldsTextAsync(token[4..]));
    }

    [Fact]
    public async Task A_revoked_API_token_holds_no_more_and_is_still_listed()
    {
        var (token, kept) = await _store.AddApiTokenAsync("alice", "admin:*", null, "bob", Stop);
        var now = kept.CreatedMicros;
        Assert.True((await _store.FindApiTokenAsync(token, Stop))!.HoldsAt(now));
        _clock.Advance(TimeSpan.FromSeconds(1));
        var revoked = await _store.RevokeApiTokenAsync(kept.Id, Stop);
        Assert.Equal(now + 1_000_000, revoked!.RevokedMicros);
        Assert.False((await _store.FindApiTokenAsync(token, Stop))!.HoldsAt(now));
        _clock.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(revoked, await _store.RevokeApiTokenAsync(kept.Id, Stop));
        Assert.Null(await _store.RevokeApiTokenAsync("none", Stop));

        var (_, brief) = await _store.AddApiTokenAsync("brief", "viewer:*", now + 5_000_000, "bob", Stop);
        Assert.Equal([brief, revoked], await _store.ListApiTokensAsync(Stop));
        Assert.True(brief.HoldsAt(now + 4_999_999));
        Assert.False(brief.HoldsAt(now + 5_000_000));
        Assert.True(await _store.HasApiTokensAsync(Stop));
    }
}
