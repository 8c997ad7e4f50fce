using AuditWatch.Events;
using AuditWatch.Ingest.Journal;
using Xunit;

namespace AuditWatch.Ingest.Tests.Journal;

public sealed class DamageTests : IDisposable
{
    const int Frames = 8;

    readonly DataFolder _folder = new();

    static CancellationToken Stop => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    LocalJournal Open() => LocalJournal.Open(_folder.Journal, new LocalJournalOptions(), TimeProvider.System);

    // Eight frames of three events; where each ends.
    async Task<List<long>> Write()
    {
        var ends = new List<long>();
        await using var journal = Open();
        for (var i = 0; i < Frames; i++)
        {
            await journal.AppendAsync(JournalContract.Batch("prod", 3 * i, 3 * i + 1, 3 * i + 2), Stop);
            ends.Add(journal.SizeBytes);
        }
        return ends;
    }

    [Fact]
    public async Task A_segment_cut_at_any_byte_of_its_last_frames_keeps_every_whole_frame_and_loses_nothing_else()
    {
        var ends = await Write();
        var path = _folder.LastSegment;
        var bytes = await File.ReadAllBytesAsync(path, Stop);
        for (var length = (int)ends[^3]; length <= bytes.Length; length++)
        {
            await File.WriteAllBytesAsync(path, bytes[..length], Stop);
            var whole = ends.Count(e => e <= length);
            Assert.Equal(Enumerable.Range(0, 3 * whole), new JournalReader(_folder.Journal).Read(EventPosition.Start).SelectMany(Numbers));
            await using var journal = Open();
            Assert.Equal(length - ends[whole - 1], journal.Opened.CutBytes);
            Assert.Equal(length > ends[whole - 1] ? 1 : 0, journal.Opened.CutFrames);
            Assert.Equal(new EventPosition(0, whole - 1, 2), journal.End);
            Assert.Empty(journal.Opened.Damage);
            await journal.AppendAsync(JournalContract.Batch("prod", [.. Enumerable.Range(0, 3 * Frames)]), Stop);
            Assert.Equal(Enumerable.Range(0, 3 * Frames), (await JournalContract.ReadAll(journal)).Select(JournalContract.NumberOf));
            Assert.Empty(JournalVerifier.Verify(_folder.Journal, Stop).Findings);
        }
    }

    [Fact]
    public async Task A_flipped_bit_anywhere_is_found_hides_at_most_its_own_frame_and_never_yields_a_wrong_record()
    {
        var ends = await Write();
        var path = _folder.LastSegment;
        var bytes = await File.ReadAllBytesAsync(path, Stop);
        var truth = Enumerable.Range(0, 3 * Frames).Select(n => System.Text.Encoding.UTF8.GetString(JournalContract.Event(n).Span)).ToHashSet(StringComparer.Ordinal);
        var random = new Random(4711);
        for (var round = 0; round < 400; round++)
        {
            var at = random.Next(bytes.Length);
            var flipped = (byte[])bytes.Clone();
            flipped[at] ^= (byte)(1 << random.Next(8));
            foreach (var file in Directory.EnumerateFiles(_folder.Journal)) File.Delete(file);
            await File.WriteAllBytesAsync(path, flipped, Stop);
            var hit = ends.FindIndex(e => at < e);
            Assert.NotEmpty(JournalVerifier.Verify(_folder.Journal, Stop).Findings);
            var expected = Enumerable.Range(0, 3 * Frames).Where(n => n / 3 != hit).ToList();
            await using (var journal = Open())
            {
                Assert.NotEmpty(journal.Opened.Damage);
                Assert.Equal(0, journal.Opened.CutBytes);
                await journal.AppendAsync(JournalContract.Batch("prod", [.. Enumerable.Range(0, 3 * Frames)]), Stop);
                var read = await JournalContract.ReadAll(journal);
                Assert.All(read, r => Assert.Contains(r.Text, truth));
                Assert.Equal(expected, read.Take(expected.Count).Select(JournalContract.NumberOf));
                Assert.Equal([3 * hit, 3 * hit + 1, 3 * hit + 2], read.Skip(expected.Count).Select(JournalContract.NumberOf));
            }
            Assert.NotEmpty(JournalVerifier.Verify(_folder.Journal, Stop).Findings);
        }
    }

    [Fact]
    public async Task A_tail_of_zeros_is_a_torn_write_and_is_cut()
    {
        await Write();
        var path = _folder.LastSegment;
        await using (var file = new FileStream(path, FileMode.Append)) file.Write(new byte[9000]);
        await using var journal = Open();
        Assert.Equal(9000, journal.Opened.CutBytes);
        Assert.Empty(journal.Opened.Damage);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_bad_frame_before_a_good_one_of_its_group_is_a_torn_group_when_sectors_were_never_filled_and_damage_otherwise(bool isEmptySector)
    {
        // Two frames written with one flush: neither proves that the other was flushed.
        var ends = new List<long>();
        await using (var journal = Open())
        {
            await journal.AppendAsync(JournalContract.Batch("prod", 0), Stop);
            ends.Add(journal.SizeBytes);
            var noise = new byte[2][];
            for (var i = 0; i < 2; i++) new Random(i).NextBytes(noise[i] = new byte[600_000]);
            await journal.AppendAsync(new JournalBatch("prod", "file", "", RecordKind.Audit, [noise[0], noise[1]]), Stop);
            Assert.Equal(new EventPosition(0, 2, 0), journal.End);
        }
        var path = _folder.LastSegment;
        var bytes = await File.ReadAllBytesAsync(path, Stop);
        if (isEmptySector) bytes.AsSpan(4096, 4096).Clear();
        else bytes[5000] ^= 4;
        await File.WriteAllBytesAsync(path, bytes, Stop);
        Assert.NotEmpty(JournalVerifier.Verify(_folder.Journal, Stop).Findings);
        await using var reopened = Open();
        if (isEmptySector)
        {
            Assert.Empty(reopened.Opened.Damage);
            Assert.Equal((bytes.Length - ends[0], 2), (reopened.Opened.CutBytes, reopened.Opened.CutFrames));
            Assert.Equal(new EventPosition(0, 0, 0), reopened.End);
        }
        else
        {
            Assert.Equal((0, ends[0]), (reopened.Opened.CutBytes, Assert.Single(reopened.Opened.Damage).Offset));
            Assert.Equal(new EventPosition(0, 2, 0), reopened.End);
            await reopened.AppendAsync(JournalContract.Batch("prod", 1), Stop);
            Assert.Equal(new EventPosition(1, 0, 0), reopened.End);
        }
    }

    [Fact]
    public async Task A_removed_segment_and_a_replaced_frame_break_the_chain()
    {
        await using (var journal = LocalJournal.Open(_folder.Journal, new LocalJournalOptions { SegmentBytes = 800 }, TimeProvider.System))
        {
            for (var i = 0; i < 12; i++) await journal.AppendAsync(JournalContract.Batch("prod", i), Stop);
        }
        var middle = Directory.EnumerateFiles(_folder.Journal, "segment-*").Order(StringComparer.Ordinal).ElementAt(1);
        File.Delete(middle);
        var finding = Assert.Single(JournalVerifier.Verify(_folder.Journal, Stop).Findings);
        Assert.Contains("missing", finding.What, StringComparison.Ordinal);
    }

    static IEnumerable<int> Numbers(JournalFrame frame) =>
        frame.Records.Select(r => JournalContract.NumberOf((default, System.Text.Encoding.UTF8.GetString(r.Span))));
}
