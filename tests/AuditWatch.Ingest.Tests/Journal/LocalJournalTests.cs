using AuditWatch.Events;
using AuditWatch.Ingest.Journal;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace AuditWatch.Ingest.Tests.Journal;

public sealed class LocalJournalTests : JournalContract, IDisposable
{
    readonly DataFolder _folder = new();
    readonly FakeTimeProvider _time = new(new DateTimeOffset(2026, 11, 25, 1, 0, 0, TimeSpan.Zero));
    LocalJournalOptions _options = new();

    public void Dispose() => _folder.Dispose();

    protected override ValueTask<IJournal> OpenAsync() => new(OpenLocal());

    LocalJournal OpenLocal() => LocalJournal.Open(_folder.Journal, _options, _time);

    [Fact]
    public async Task A_second_writer_is_refused_while_the_first_one_lives()
    {
        await using var journal = OpenLocal();
        Assert.Contains("another process", Assert.Throws<IOException>(OpenLocal).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Segments_roll_by_size_and_the_chain_goes_on_across_them_and_across_restarts()
    {
        _options = new LocalJournalOptions { SegmentBytes = 2000 };
        for (var run = 0; run < 3; run++)
        {
            await using var journal = OpenLocal();
            for (var i = 0; i < 20; i++) await journal.AppendAsync(Batch("prod", run * 20 + i), Stop);
        }
        Assert.True(Directory.EnumerateFiles(_folder.Journal, "segment-*").Count() > 5);
        var report = JournalVerifier.Verify(_folder.Journal, Stop);
        Assert.Empty(report.Findings);
        Assert.Equal((60, 60, 0), (report.Frames, report.Records, report.TailBytes));
        await using var reopened = OpenLocal();
        Assert.Equal(Enumerable.Range(0, 60), (await ReadAll(reopened)).Select(NumberOf));
    }

    [Theory]
    [InlineData(10)]
    [InlineData(100)]
    public async Task Repeats_are_told_over_exactly_the_window_also_after_a_restart(int window)
    {
        _options = new LocalJournalOptions { RepeatWindow = window, SegmentBytes = 3000 };
        await using (var journal = OpenLocal())
        {
            for (var i = 0; i < 3 * window; i++) await journal.AppendAsync(Batch("prod", i), Stop);
            Assert.Equal((0, window), await Outcome(journal.AppendAsync(Batch("prod", [.. Enumerable.Range(2 * window, window)]), Stop)));
        }
        await using (var journal = OpenLocal())
        {
            Assert.Equal((0, window), await Outcome(journal.AppendAsync(Batch("prod", [.. Enumerable.Range(2 * window, window)]), Stop)));
            Assert.Equal((1, 0), await Outcome(journal.AppendAsync(Batch("prod", 0), Stop)));
            Assert.Equal((1, 0), await Outcome(journal.AppendAsync(Batch("prod", 2 * window), Stop)));
        }
    }

    [Fact]
    public async Task Evidence_is_found_by_its_position_in_old_and_current_segments()
    {
        _options = new LocalJournalOptions { SegmentBytes = 2000 };
        await using var journal = OpenLocal();
        for (var i = 0; i < 40; i++) await journal.AppendAsync(Batch("prod", 2 * i, 2 * i + 1), Stop);
        var offline = new JournalReader(_folder.Journal);
        foreach (var (position, text) in await ReadAll(journal))
        {
            var record = Assert.IsType<JournalRecord>(journal.ReadRecord(position));
            Assert.Equal(text, System.Text.Encoding.UTF8.GetString(record.Utf8.Span));
            Assert.Equal(AuditWatch.Events.EventId.Of("prod", record.Utf8.Span), record.Id);
            Assert.Equal(record.Utf8.ToArray(), offline.ReadRecord(position)!.Utf8.ToArray());
        }
        Assert.Null(journal.ReadRecord(new EventPosition(0, 0, 2)));
        Assert.Null(journal.ReadRecord(new EventPosition(99, 0, 0)));
    }

    [Fact]
    public async Task Retention_removes_the_oldest_segments_but_none_that_a_reader_needs_and_no_knowledge_of_repeats()
    {
        _options = new LocalJournalOptions { SegmentBytes = 2000, RetainBytes = 5000, RetainAge = null };
        await using (var journal = OpenLocal())
        {
            for (var i = 0; i < 100; i++) await journal.AppendAsync(Batch("prod", i), Stop);
            journal.ReadPosition = () => EventPosition.Start;
            Assert.Equal(0, journal.ApplyRetention());
            journal.ReadPosition = () => null;
            Assert.Equal(0, journal.ApplyRetention());
            journal.ReadPosition = () => journal.End;
            Assert.True(journal.ApplyRetention() > 3);
            Assert.InRange(journal.SizeBytes, 2000, 7500);
        }
        Assert.Empty(JournalVerifier.Verify(_folder.Journal, Stop).Findings);
        await using var reopened = OpenLocal();
        Assert.Equal((0, 100), await Outcome(reopened.AppendAsync(Batch("prod", [.. Enumerable.Range(0, 100)]), Stop)));
        var left = (await ReadAll(reopened)).Select(NumberOf).ToList();
        Assert.Equal(Enumerable.Range(100 - left.Count, left.Count), left);
    }

    [Fact]
    public async Task Retention_by_age_keeps_what_is_young_and_drops_saved_ids_once_newer_ones_fill_the_window()
    {
        _options = new LocalJournalOptions { SegmentBytes = 2000, RetainBytes = null, RetainAge = TimeSpan.FromDays(1), RepeatWindow = 30 };
        await using var journal = OpenLocal();
        for (var i = 0; i < 20; i++) await journal.AppendAsync(Batch("prod", i), Stop);
        _time.Advance(TimeSpan.FromHours(23));
        Assert.Equal(0, journal.ApplyRetention());
        _time.Advance(TimeSpan.FromDays(1));
        for (var i = 20; i < 40; i++) await journal.AppendAsync(Batch("prod", i), Stop);
        Assert.True(journal.ApplyRetention() > 0);
        Assert.NotEmpty(Directory.EnumerateFiles(_folder.Journal, "ids-*"));
        Assert.Contains(39, (await ReadAll(journal)).Select(NumberOf));
        _time.Advance(TimeSpan.FromDays(2));
        for (var i = 40; i < 80; i++) await journal.AppendAsync(Batch("prod", i), Stop);
        Assert.True(journal.ApplyRetention() > 0);
        Assert.Empty(Directory.EnumerateFiles(_folder.Journal, "ids-*"));
    }

    [Fact]
    public async Task The_high_water_mark_counts_the_bytes_that_the_slowest_reader_has_not_read()
    {
        _options = new LocalJournalOptions { SegmentBytes = 2000, HighWaterBytes = 1000 };
        await using var journal = OpenLocal();
        Assert.False(journal.IsOverHighWater);
        var read = EventPosition.Start;
        journal.ReadPosition = () => read;
        for (var i = 0; i < 20; i++) await journal.AppendAsync(Batch("prod", i), Stop);
        Assert.Equal(journal.SizeBytes, journal.UnreadBytes);
        Assert.True(journal.IsOverHighWater);
        read = journal.End;
        Assert.Equal(0, journal.UnreadBytes);
        Assert.False(journal.IsOverHighWater);
        await journal.AppendAsync(Batch("prod", 20), Stop);
        Assert.InRange(journal.UnreadBytes, 100, 500);
    }

    [Fact]
    public async Task Clusters_whose_last_word_was_an_event_are_named_at_the_next_start()
    {
        await using (var journal = OpenLocal())
        {
            await journal.AppendAsync(Batch("quiet", 1), Stop);
            await journal.AppendAsync(Batch("busy", 2), Stop);
            await journal.AppendAsync(new JournalBatch("quiet", "idle", "", RecordKind.Idle, ["{}"u8.ToArray()]), Stop);
        }
        await using var reopened = OpenLocal();
        Assert.Equal(["busy"], reopened.ClustersWithoutIdleMark);
    }

    [Fact]
    public async Task Readers_of_another_process_read_and_export_while_the_writer_lives()
    {
        await using var journal = OpenLocal();
        await journal.AppendAsync(Batch("prod", 1, 2), Stop);
        await journal.AppendAsync(Batch("staging", 3), Stop);
        using var output = new MemoryStream();
        var (records, damage) = await JournalExport.WriteAsync(_folder.Journal, output, RecordKind.Audit, "prod", 0, Stop);
        Assert.Equal((2, 0), (records, damage.Count));
        var lines = System.Text.Encoding.UTF8.GetString(output.ToArray()).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        var received = "2026-11-25T01:00:00.000000Z";
        Assert.Equal($$"""{"segment":0,"frame":0,"index":1,"cluster":"prod","source":"webhook","received":"{{received}}","event":{{System.Text.Encoding.UTF8.GetString(Event(2).Span)}}}""", lines[1]);
        Assert.True(JournalVerifier.Verify(_folder.Journal, Stop).IsWhole);
        var stats = JournalStats.Read(_folder.Journal, Stop);
        Assert.Equal([("prod", 2L, 1L), ("staging", 1L, 1L)], stats.Groups.Select(g => (g.Cluster, g.Records, g.Frames)));
        Assert.Equal(journal.SizeBytes, stats.DiskBytes);
    }

    [Fact]
    public async Task A_reader_of_another_process_never_takes_a_write_under_way_for_damage()
    {
        _options = new LocalJournalOptions { SegmentBytes = 200_000 };
        await using var journal = OpenLocal();
        var writing = Task.Run(async () =>
        {
            for (var i = 0; i < 400; i++) await journal.AppendAsync(Batch("prod", [.. Enumerable.Range(i * 20, 20)]) with { Records = [.. Enumerable.Range(i * 20, 20).Select(n => Event(n, n % 3000))] }, Stop);
        }, Stop);
        var before = 0L;
        var rounds = 0;
        while (!writing.IsCompleted || rounds == 0)
        {
            var report = JournalVerifier.Verify(_folder.Journal, Stop);
            Assert.Empty(report.Findings);
            Assert.True(report.Records >= before);
            before = report.Records;
            rounds++;
        }
        await writing;
        Assert.Equal(8000, JournalVerifier.Verify(_folder.Journal, Stop).Records);
    }

    [Fact]
    public async Task Event_times_become_the_frames_time_range()
    {
        await using var journal = OpenLocal();
        await journal.AppendAsync(Batch("prod", 1, 2, 3) with { EventTimes = [500, 0, 200] }, Stop);
        await foreach (var frame in journal.ReadAsync(EventPosition.Start, false, Stop)) Assert.Equal((200, 500), (frame.MinEventMicros, frame.MaxEventMicros));
        Assert.Equal((200, 500), JournalStats.Read(_folder.Journal, Stop).Groups.Select(g => (g.MinEventMicros, g.MaxEventMicros)).Single());
    }
}
