using AuditWatch.Detection.State;
using AuditWatch.Events;
using AuditWatch.Storage.State;

namespace AuditWatch.Storage.Tests.State;

public abstract partial class StateStoreContract
{
    [Fact]
    public async Task A_reader_that_is_taken_over_goes_on_where_it_was_under_a_new_epoch()
    {
        var first = await _store.TakeReaderAsync("detect", "a", Stop);
        Assert.Equal(EventPosition.Start, (await _store.LoadAsync("detect", Stop)).Position);
        await _store.CommitAsync(Commit(5) with { Epoch = first, Changes = [new("prod", "sighting", "s1", [1], 1)] }, Stop);

        var second = await _store.TakeReaderAsync("detect", "b", Stop);

        Assert.True(second > first);
        var checkpoint = await _store.LoadAsync("detect", Stop);
        Assert.Equal(new EventPosition(0, 1, 5), checkpoint.Position);
        Assert.Single(checkpoint.State);
        await _store.CommitAsync(Commit(6) with { Epoch = second }, Stop);
        Assert.Equal(new EventPosition(0, 1, 6), await _store.ReadPositionAsync("detect", Stop));
    }

    [Fact]
    public async Task Whoever_was_overtaken_saves_nothing_of_a_commit_and_no_position()
    {
        var over = await _store.TakeReaderAsync("detect", "a", Stop);
        await _store.TakeReaderAsync("detect", "b", Stop);
        var late = Commit(9, AnAlert.Numbered(1)) with { Epoch = over, Changes = [new("prod", "sighting", "s1", [1], 1)] };

        var fault = await Assert.ThrowsAsync<ReaderTakenOverException>(() => _store.CommitAsync(late, Stop));
        await Assert.ThrowsAsync<ReaderTakenOverException>(() => _store.SavePositionAsync("detect", new EventPosition(0, 1, 9), over, Stop));

        Assert.Equal(("detect", over), (fault.Reader, fault.Epoch));
        var checkpoint = await _store.LoadAsync("detect", Stop);
        Assert.Equal(EventPosition.Start, checkpoint.Position);
        Assert.Empty(checkpoint.State);
        Assert.Empty((await _store.ListAlertsAsync(new AlertQuery(), Stop)).Alerts);
        Assert.Equal((0L, null), await _store.OutboxBacklogAsync(Stop));
    }

    [Fact]
    public async Task Taking_one_reader_over_is_nothing_to_another()
    {
        var one = await _store.TakeReaderAsync("detect/audit/0", "a", Stop);
        await _store.TakeReaderAsync("detect/audit/1", "b", Stop);

        await _store.SavePositionAsync("detect/audit/0", new EventPosition(0, 3, 0), one, Stop);

        Assert.Equal(new EventPosition(0, 3, 0), await _store.ReadPositionAsync("detect/audit/0", Stop));
        Assert.Equal(EventPosition.Start, await _store.ReadPositionAsync("detect/audit/1", Stop));
    }

    [Fact]
    public async Task An_installation_has_one_redaction_key_which_the_first_ingester_brings()
    {
        Assert.Null(await _store.BindRedactionKeyAsync("before anybody claimed it", Stop));
        await _store.ClaimAsync("kafka audit", Stop);

        Assert.Equal("first", await _store.BindRedactionKeyAsync("first", Stop));
        Assert.Equal("first", await _store.BindRedactionKeyAsync("second", Stop));
        Assert.Equal("first", await _store.BindRedactionKeyAsync("first", Stop));
    }

    [Fact]
    public async Task A_commit_that_meets_a_take_over_is_seen_by_it_whole_or_not_kept_at_all()
    {
        await using var other = await OpenAsync();
        var (kept, refused) = (0, 0);
        for (var round = 0; round < 40; round++)
        {
            var reader = $"detect/audit/{round}";
            var epoch = await _store.TakeReaderAsync(reader, "a", Stop);
            var commit = new DetectionCommit(reader, new EventPosition(0, 0, 0), [new("prod", "sighting", "s1", [1], 1)], [AnAlert.Numbered(round)]) { Epoch = epoch };
            var saving = _store.CommitAsync(commit, Stop);
            var taking = Task.Run(async () =>
            {
                if (round % 2 == 1) await Task.Yield();
                await other.TakeReaderAsync(reader, "b", Stop);
                return await other.LoadAsync(reader, Stop);
            }, Stop);

            var seen = await taking;
            var isSaved = await saving.ContinueWith(t => t.IsCompletedSuccessfully, Stop, TaskContinuationOptions.None, TaskScheduler.Default);

            if (!isSaved) Assert.IsType<ReaderTakenOverException>(saving.Exception?.InnerException);
            Assert.Equal(isSaved, seen.Position == commit.Position);
            Assert.Equal(isSaved ? 1 : 0, seen.State.Count);
            Assert.Equal(isSaved, await other.FindAlertAsync(AnAlert.Numbered(round).AlertId, Stop) is not null);
            if (isSaved) kept++;
            else refused++;
        }

        Assert.Equal(40, kept + refused);
    }
}
