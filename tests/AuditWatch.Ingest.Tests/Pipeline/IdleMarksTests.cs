using AuditWatch.Events;
using AuditWatch.Ingest.Journal;
using Xunit;

namespace AuditWatch.Ingest.Tests.Pipeline;

public sealed class IdleMarksTests : IAsyncLifetime
{
    readonly PipelineFixture _it = new();

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public ValueTask DisposeAsync() => _it.DisposeAsync();

    async Task<List<string>> MarksAfter(TimeSpan time)
    {
        _it.Time.Advance(time);
        await _it.Idle.Writing;
        return await _it.Texts(RecordKind.Idle);
    }

    [Fact]
    public async Task A_second_without_events_leaves_one_mark_and_no_second_one()
    {
        Assert.Empty(await MarksAfter(TimeSpan.FromMinutes(1)));
        await _it.Ingest(PipelineFixture.List(PipelineFixture.Event(1), PipelineFixture.Event(2)));
        Assert.Empty(await MarksAfter(TimeSpan.FromMilliseconds(999)));
        Assert.Equal(["""{"cluster":"prod","after":"0/0/1"}"""], await MarksAfter(TimeSpan.FromMilliseconds(1)));
        Assert.Single(await MarksAfter(TimeSpan.FromMinutes(1)));
    }

    [Fact]
    public async Task Events_within_the_second_put_the_mark_off_and_repeats_do_not()
    {
        await _it.Ingest(PipelineFixture.Event(1));
        Assert.Empty(await MarksAfter(TimeSpan.FromMilliseconds(600)));
        await _it.Ingest(PipelineFixture.Event(2));
        Assert.Empty(await MarksAfter(TimeSpan.FromMilliseconds(600)));
        await _it.Ingest(PipelineFixture.Event(2));
        Assert.Single(await MarksAfter(TimeSpan.FromMilliseconds(400)));
    }

    [Fact]
    public async Task Each_cluster_has_its_own_silence()
    {
        await _it.Ingest(PipelineFixture.Event(1), cluster: "a");
        _it.Time.Advance(TimeSpan.FromMilliseconds(500));
        await _it.Ingest(PipelineFixture.Event(1), cluster: "b");
        Assert.Equal(["""{"cluster":"a","after":"0/0/0"}"""], await MarksAfter(TimeSpan.FromMilliseconds(500)));
        Assert.Equal(2, (await MarksAfter(TimeSpan.FromMilliseconds(500))).Count);
    }

    [Fact]
    public async Task A_mark_that_the_last_run_left_out_is_made_up_for()
    {
        _it.Idle.OnEvents("prod", new EventPosition(3, 4, 5));
        Assert.Equal(["""{"cluster":"prod","after":"3/4/5"}"""], await MarksAfter(TimeSpan.FromSeconds(1)));
    }
}
