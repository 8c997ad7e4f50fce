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

    [Fact]
    public async Task Frames_of_a_group_that_was_never_flushed_are_cut_together_when_the_first_is_torn()
    {
        // The disk may write the blocks of an unflushed group in any order: here the second frame arrived and the first did not.
        var ends = await Write();
        var path = _folder.LastSegment;
        var bytes = await File.ReadAllBytesAsync(path, Stop);
        using (var whole = new SegmentReader(path, 0) { Offset = ends[^2] })
        {
            Assert.Equal(FrameState.Valid, whole.ReadFrame(bytes.Length));
            var last = bytes.AsSpan((int)ends[^2]).ToArray();
            FrameHeader.Place(last, 0, Frames - 1, ends[^3], FrameHeader.PreviousHash(last.AsSpan()).ToArray());
            var check = System.IO.Hashing.XxHash3.HashToUInt64(last.AsSpan(0, last.Length - 8));
            System.Buffers.Binary.BinaryPrimitives.WriteUInt64LittleEndian(last.AsSpan(last.Length - 8), check);
            last.CopyTo(bytes, ends[^2]);
        }
        bytes.AsSpan((int)ends[^3] + 130, 20).Clear();
        await File.WriteAllBytesAsync(path, bytes, Stop);
        await using var journal = Open();
        Assert.Empty(journal.Opened.Damage);
        Assert.Equal((bytes.Length - ends[^3], 2), (journal.Opened.CutBytes, journal.Opened.CutFrames));
        Assert.Equal(new EventPosition(0, Frames - 3, 2), journal.End);
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
