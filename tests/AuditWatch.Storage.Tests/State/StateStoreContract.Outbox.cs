using AuditWatch.Storage.State;

namespace AuditWatch.Storage.Tests.State;

/// <summary>The outbox: at least once, to each consumer, with a back-off that a restart keeps.</summary>
public abstract partial class StateStoreContract
{
    [Fact]
    public async Task An_entry_is_handed_out_again_later_and_later_until_every_consumer_is_done()
    {
        await _store.CommitAsync(Commit(0, AnAlert.Numbered(1)), Stop);

        var first = Assert.Single(await _store.TakeDueAsync(10, Stop));
        Assert.Equal(1, first.Attempts);
        Assert.Equal(["index", "notify"], first.Waiting);
        Assert.Empty(await _store.TakeDueAsync(10, Stop));

        await _store.MarkDoneAsync("index", [first.Id], Stop);
        _clock.Advance(TimeSpan.FromSeconds(2));
        await _store.DisposeAsync();
        _store = await OpenAsync();
        var second = Assert.Single(await _store.TakeDueAsync(10, Stop));
        Assert.Equal((2, "notify"), (second.Attempts, Assert.Single(second.Waiting)));

        _clock.Advance(TimeSpan.FromSeconds(2));
        Assert.Empty(await _store.TakeDueAsync(10, Stop));
        _clock.Advance(TimeSpan.FromSeconds(2));
        Assert.Equal(3, Assert.Single(await _store.TakeDueAsync(10, Stop)).Attempts);

        Assert.True(await _store.IsDoneAsync("index", first.Id, Stop));
        Assert.False(await _store.IsDoneAsync("notify", first.Id, Stop));
        await _store.MarkDoneAsync("notify", [first.Id], Stop);
        await _store.MarkDoneAsync("notify", [first.Id], Stop);
        Assert.True(await _store.IsDoneAsync("notify", first.Id, Stop));
        _clock.Advance(TimeSpan.FromDays(1));
        Assert.Empty(await _store.TakeDueAsync(10, Stop));
        Assert.Equal((0L, null), await _store.OutboxBacklogAsync(Stop));
    }

    [Fact]
    public async Task The_wait_between_attempts_has_a_ceiling()
    {
        await _store.CommitAsync(Commit(0, AnAlert.Numbered(1)), Stop);
        for (var attempt = 1; attempt <= 80; attempt++)
        {
            Assert.Equal(attempt, Assert.Single(await _store.TakeDueAsync(10, Stop)).Attempts);
            _clock.Advance(TimeSpan.FromMinutes(5));
        }
    }

    [Fact]
    public async Task Entries_come_in_the_order_of_the_changes_and_no_more_than_asked_for()
    {
        await _store.CommitAsync(Commit(0, AnAlert.Numbered(3), AnAlert.Numbered(1), AnAlert.Numbered(2)), Stop);

        Assert.Equal([AnAlert.Numbered(3).AlertId, AnAlert.Numbered(1).AlertId], (await _store.TakeDueAsync(2, Stop)).Select(entry => entry.AlertId));
        Assert.Equal([AnAlert.Numbered(2).AlertId], (await _store.TakeDueAsync(2, Stop)).Select(entry => entry.AlertId));
        Assert.Equal(3, (await _store.OutboxBacklogAsync(Stop)).Waiting);
    }
}
