using System.Text;
using AuditWatch.Events;
using AuditWatch.Ingest.Journal;
using AuditWatch.Ingest.Pipeline;
using AuditWatch.Server.Roles;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace AuditWatch.Server.Tests.Roles;

/// <summary>Idle marks by the owner of a partition.</summary>
public sealed class PartitionSilenceTests : IAsyncLifetime
{
    static CancellationToken Stop => TestContext.Current.CancellationToken;
    readonly FakeTimeProvider _clock = new(DateTimeOffset.FromUnixTimeSeconds(1_767_100_000));
    readonly string _folder = Directory.CreateTempSubdirectory("aw-silence").FullName;
    LocalJournal _journal = null!;
    IdleMarks _marks = null!;

    public ValueTask InitializeAsync()
    {
        _journal = LocalJournal.Open(_folder, new LocalJournalOptions(), _clock);
        _marks = new IdleMarks(_journal, _clock);
        return ValueTask.CompletedTask;
    }

    [Fact]
    public async Task While_there_is_more_to_read_nobody_is_silent()
    {
        await AppendAsync("a", "b");
        await using var partition = _journal.Open(0);
        var silence = new PartitionSilence(partition, _marks);
        var frames = await FramesAsync(partition);

        silence.OnFrame(frames[0]);
        _clock.Advance(TimeSpan.FromSeconds(5));
        await WrittenAsync();
        Assert.Empty(await MarksAsync(partition));

        silence.OnFrame(frames[1]);
        _clock.Advance(TimeSpan.FromSeconds(1));
        await WrittenAsync();
        Assert.Equal(["a", "b"], await MarksAsync(partition));
    }

    [Fact]
    public async Task A_mark_that_the_last_owner_did_not_live_to_write_is_made_up_for_also_where_nothing_comes_any_more()
    {
        await AppendAsync("a");
        await using var partition = _journal.Open(0);

        new PartitionSilence(partition, _marks).Expect(["a"], partition.End);
        _clock.Advance(TimeSpan.FromSeconds(1));
        await WrittenAsync();

        Assert.Equal(["a"], await MarksAsync(partition));
    }

    [Fact]
    public async Task A_mark_that_is_there_is_not_written_again()
    {
        await AppendAsync("a");
        await using var partition = _journal.Open(0);
        var silence = new PartitionSilence(partition, _marks);
        await _journal.AppendAsync(new JournalBatch("a", "idle", "", RecordKind.Idle, [Encoding.UTF8.GetBytes("{}")]), Stop);

        foreach (var frame in await FramesAsync(partition)) silence.OnFrame(frame);
        _clock.Advance(TimeSpan.FromSeconds(1));
        await WrittenAsync();

        Assert.Equal(["a"], await MarksAsync(partition));
    }

    [Theory]
    [InlineData(0, 0, 0)]
    [InlineData(5, 3, 12)]
    [InlineData(32_767, 65_535, 1)]
    public void A_place_that_names_its_partition_goes_there_and_back(int partition, int segment, int frame)
    {
        var within = new EventPosition(segment, frame, 7);

        var placed = PartitionPlace.In(partition, within);

        Assert.Equal((partition, within), (PartitionPlace.PartitionOf(placed), PartitionPlace.Within(placed)));
        Assert.True(placed >= within);
        Assert.True(PartitionPlace.In(partition, within with { Index = 8 }) > placed);
    }

    public async ValueTask DisposeAsync()
    {
        await _marks.DisposeAsync();
        await _journal.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    async Task WrittenAsync()
    {
        while (_marks.IsAnyDue) await Task.Delay(5, Stop);
    }

    async Task AppendAsync(params string[] clusters)
    {
        foreach (var cluster in clusters)
            await _journal.AppendAsync(new JournalBatch(cluster, "webhook", "", RecordKind.Audit, [Encoding.UTF8.GetBytes($$"""{"auditID":"{{cluster}}","stage":"ResponseComplete"}""")]), Stop);
    }

    static async Task<List<JournalFrame>> FramesAsync(IJournalPartition partition)
    {
        var frames = new List<JournalFrame>();
        await foreach (var frame in partition.ReadAsync(EventPosition.Start, follow: false, Stop)) frames.Add(frame);
        return frames;
    }

    static async Task<List<string>> MarksAsync(IJournalPartition partition) => [.. (await FramesAsync(partition)).Where(f => f.Kind == RecordKind.Idle).Select(f => f.Cluster).Order(StringComparer.Ordinal)];
}
