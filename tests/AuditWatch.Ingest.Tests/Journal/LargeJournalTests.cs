using AuditWatch.Events;
using AuditWatch.Ingest.Journal;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace AuditWatch.Ingest.Tests.Journal;

/// <summary>What a start reads is the last segment and what the remembered ids cost, however many segments lie before.</summary>
public sealed class LargeJournalTests : IDisposable
{
    readonly DataFolder _folder = new();
    readonly FakeTimeProvider _time = new(new DateTimeOffset(2026, 11, 25, 1, 0, 0, TimeSpan.Zero));
    readonly LocalJournalOptions _options = new() { SegmentBytes = 4000, RepeatWindow = 64 };
    const int EventsPerFrame = 2;
    int _next;

    static CancellationToken Stop => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_start_reads_no_more_of_two_hundred_segments_than_of_twenty()
    {
        await FillAsync(segments: 20);
        var few = await OpenedAsync();
        await FillAsync(segments: 200);
        var many = await OpenedAsync();
        Assert.Equal((64, 64), (few.RememberedIds, many.RememberedIds));
        // Both stop within a segment; neither comes near the journal's size.
        Assert.InRange(many.BytesRead, 1000, few.BytesRead + 3 * 4600);
        Assert.True(SegmentBytes() > 15 * many.BytesRead, $"{SegmentBytes()} of {many.BytesRead}");
    }

    [Fact]
    public async Task Segments_of_other_kinds_are_not_read_on_the_way_to_the_remembered_ids()
    {
        await FillAsync(segments: 10);
        var before = await OpenedAsync();
        await using (var journal = Open())
        {
            for (var i = 0; i < 400; i++) await journal.AppendAsync(new JournalBatch("prod", "falco", "", RecordKind.Access, [Record(_next++)]), Stop);
        }
        Assert.True(Segments().Count > 30);
        var after = await OpenedAsync();
        Assert.Equal(before.RememberedIds, after.RememberedIds);
        Assert.InRange(after.BytesRead, 1, before.BytesRead + 3 * 4600);
        await using var reopened = Open();
        Assert.Equal(["prod"], reopened.ClustersWithoutIdleMark);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Events_behind_every_position_are_counted_alike_with_the_counts_of_segments_without_them_and_with_broken_ones(bool isMixed)
    {
        await FillAsync(segments: 12, isMixed);
        var (events, end) = await PositionsAsync();
        var at = new[] { EventPosition.Start, events[0], events[events.Count / 3], events[events.Count / 2], events[^2], events[^1] };
        long[] expected = [.. at.Select(p => (long)events.Count(e => e > p))];
        Assert.NotEmpty(Counts());
        Check();
        foreach (var file in Counts()) File.Delete(file);
        Check();
        Assert.NotEmpty(Counts());
        foreach (var (file, i) in Counts().Select((f, i) => (f, i))) Spoil(file, i);
        Check();
        Check();

        void Check()
        {
            var (all, after) = JournalCount.AuditEvents(_folder.Journal, at, end, Stop);
            Assert.Equal(events.Count, all);
            Assert.Equal(expected, after);
            // What is behind the end asked for does not count.
            var (some, none) = JournalCount.AuditEvents(_folder.Journal, [events[5]], events[5], Stop);
            Assert.Equal((6L, 0L), (some, none[0]));
        }
    }

    [Fact]
    public async Task A_damaged_segment_is_counted_as_far_as_it_goes_and_told_again_at_every_start()
    {
        await FillAsync(segments: 3);
        foreach (var file in Counts()) File.Delete(file);
        var segment = Path.Combine(_folder.Journal, "segment-00000001.awj");
        var bytes = await File.ReadAllBytesAsync(segment, Stop);
        bytes[700] ^= 0x55;
        bytes[760] ^= 0x55;
        await File.WriteAllBytesAsync(segment, bytes, Stop);
        var (events, end) = await PositionsAsync();
        for (var start = 0; start < 2; start++)
        {
            Assert.Single((await OpenedAsync()).Damage);
            Assert.InRange(JournalCount.AuditEvents(_folder.Journal, [EventPosition.Start], end, Stop).All, events.Count, events.Count + 2);
        }
        Assert.DoesNotContain(Counts(), c => c.Contains("00000001", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Counts_go_with_their_segment()
    {
        await FillAsync(segments: 20);
        await using var journal = LocalJournal.Open(_folder.Journal, _options with { RetainBytes = 20_000, RetainAge = null }, _time);
        Assert.True(journal.ApplyRetention() > 5);
        Assert.Equal(Segments().SkipLast(1).Select(Path.GetFileNameWithoutExtension).Select(s => s![^8..]), Counts().Select(Path.GetFileNameWithoutExtension).Select(s => s![^8..]));
    }

    LocalJournal Open() => LocalJournal.Open(_folder.Journal, _options, _time);

    async Task<OpenReport> OpenedAsync()
    {
        await using var journal = Open();
        return journal.Opened;
    }

    async Task FillAsync(int segments, bool isMixed = false)
    {
        await using var journal = Open();
        while (Segments().Count < segments)
        {
            await journal.AppendAsync(new JournalBatch("prod", "test", "", RecordKind.Audit, [.. Enumerable.Range(0, EventsPerFrame).Select(_ => Record(_next++))]), Stop);
            if (isMixed && _next % 3 == 0) await journal.AppendAsync(new JournalBatch("prod", "test", "", RecordKind.Access, [Record(_next++)]), Stop);
            if (isMixed && _next % 7 == 0) await journal.AppendAsync(new JournalBatch("prod", "idle", "", RecordKind.Idle, ["{}"u8.ToArray()]), Stop);
        }
    }

    async Task<(List<EventPosition> Events, EventPosition End)> PositionsAsync()
    {
        await using var journal = Open();
        var events = new List<EventPosition>();
        await foreach (var frame in journal.ReadAsync(EventPosition.Start, false, Stop))
            if (frame.Kind == RecordKind.Audit) events.AddRange(Enumerable.Range(0, frame.Records.Count).Select(i => frame.PositionOf(i)));
        return (events, journal.End);
    }

    static void Spoil(string file, int how)
    {
        var bytes = File.ReadAllBytes(file);
        if (how % 3 == 0) bytes[18] ^= 1;
        else if (how % 3 == 1) bytes = bytes[..(bytes.Length / 2)];
        else bytes = [];
        File.WriteAllBytes(file, bytes);
    }

    List<string> Segments() => [.. Directory.EnumerateFiles(_folder.Journal, "segment-*").Order(StringComparer.Ordinal)];

    List<string> Counts() => [.. Directory.EnumerateFiles(_folder.Journal, "counts-*").Order(StringComparer.Ordinal)];

    long SegmentBytes() => Segments().Sum(s => new FileInfo(s).Length);

    static ReadOnlyMemory<byte> Record(int number) => System.Text.Encoding.UTF8.GetBytes($"{{\"auditID\":\"{number:D6}\",\"stage\":\"ResponseComplete\",\"pad\":\"{Convert.ToHexString(System.Security.Cryptography.SHA256.HashData(BitConverter.GetBytes(number)))}\"}}");
}
