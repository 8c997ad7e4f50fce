using AuditWatch.Storage.State;

namespace AuditWatch.Storage.Tests.State;

/// <summary>Entries that a broker has, that could not be taken now, or that a consumer fails on again and again.</summary>
public abstract partial class StateStoreContract
{
    async Task<OutboxEntry> TakeOneAsync() => Assert.Single(await _store.TakeDueAsync(10, Stop));

    [Fact]
    public async Task What_a_broker_has_comes_again_only_after_hours()
    {
        await _store.CommitAsync(Commit(0, AnAlert.Numbered(1)), Stop);
        await _store.MarkSentAsync([await TakeOneAsync()], Stop);

        _clock.Advance(TimeSpan.FromHours(6) - TimeSpan.FromSeconds(1));
        Assert.Empty(await _store.TakeDueAsync(10, Stop));
        _clock.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(2, (await TakeOneAsync()).Attempts);
    }

    [Fact]
    public async Task A_consumer_that_could_not_take_it_before_the_broker_confirmed_is_told_soon_all_the_same()
    {
        await _store.CommitAsync(Commit(0, AnAlert.Numbered(1)), Stop);
        var entry = await TakeOneAsync();
        _clock.Advance(TimeSpan.FromMilliseconds(10));

        await _store.DelayAsync([entry.Id], Stop);
        await _store.MarkSentAsync([entry], Stop);

        _clock.Advance(TimeSpan.FromSeconds(2));
        Assert.Equal(2, (await TakeOneAsync()).Attempts);
        await _store.DelayAsync([entry.Id, 99], Stop);
        _clock.Advance(TimeSpan.FromSeconds(3.9));
        Assert.Empty(await _store.TakeDueAsync(10, Stop));
        _clock.Advance(TimeSpan.FromSeconds(0.1));
        await TakeOneAsync();
    }

    [Theory]
    [MemberData(nameof(HostileTexts))]
    public async Task What_fails_for_a_day_is_parked_with_its_reason_and_can_be_given_to_its_consumer_again(string reason)
    {
        await _store.CommitAsync(Commit(0, AnAlert.Numbered(1)), Stop);
        var entry = await TakeOneAsync();
        await _store.MarkDoneAsync("notify", [entry.Id], Stop);
        for (var failure = 0; failure < 6; failure++)
        {
            Assert.False(await _store.NoteFailureAsync("index", entry.Id, reason, Stop));
            _clock.Advance(TimeSpan.FromMinutes(5));
            await TakeOneAsync();
        }

        Assert.Empty(await _store.ListParkedAsync(0, Stop));
        _clock.Advance(TimeSpan.FromDays(1));
        Assert.True(await _store.NoteFailureAsync("index", entry.Id, reason, Stop));

        var parked = Assert.Single(await _store.ListParkedAsync(10, Stop));
        Assert.Equal((entry.Id, "index", AnAlert.Numbered(1).AlertId, 1L, 7L), (parked.Entry, parked.Consumer, parked.AlertId, parked.Version, parked.Failures));
        Assert.Equal(reason.Length > 1000 ? reason[..1000] : reason, parked.Reason);
        Assert.Equal((0L, null), await _store.OutboxBacklogAsync(Stop));
        Assert.False(await _store.NoteFailureAsync("index", entry.Id, "a late echo", Stop));
        Assert.Single(await _store.ListParkedAsync(10, Stop));

        Assert.Equal(0, await _store.ReplayParkedAsync(entry.Id + 1, Stop));
        Assert.Equal(1, await _store.ReplayParkedAsync(null, Stop));
        Assert.Equal(["index"], (await TakeOneAsync()).Waiting);
        Assert.Empty(await _store.ListParkedAsync(10, Stop));
    }

    [Fact]
    public async Task A_failure_that_was_overcome_is_forgotten()
    {
        await _store.CommitAsync(Commit(0, AnAlert.Numbered(1)), Stop);
        var entry = await TakeOneAsync();
        await _store.NoteFailureAsync("index", entry.Id, "no", Stop);
        await _store.MarkDoneAsync("index", [entry.Id], Stop);
        _clock.Advance(TimeSpan.FromDays(2));

        for (var failure = 0; failure < 4; failure++) Assert.False(await _store.NoteFailureAsync("notify", entry.Id, "no", Stop));
        Assert.Empty(await _store.ListParkedAsync(0, Stop));
        Assert.Equal(1, (await _store.OutboxBacklogAsync(Stop)).Waiting);
    }
}
