using System.Diagnostics;
using AuditWatch.Ingest.Journal;
using Xunit;

namespace AuditWatch.Ingest.Tests.Journal;

public sealed class FailingDiskTests : IDisposable
{
    const int NoSpace = 28;

    readonly DataFolder _folder = new();
    readonly Disk _disk = new();

    static CancellationToken Stop => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        _disk.IsFlushing.Dispose();
        _folder.Dispose();
    }

    LocalJournal Open() => LocalJournal.Open(_folder.Journal, new LocalJournalOptions { OpenFile = path => new FailingFile(path, _disk) }, TimeProvider.System);

    [Fact]
    public async Task When_the_disk_fills_in_the_middle_of_a_frame_the_append_fails_leaves_nothing_and_works_later()
    {
        await using (var journal = Open())
        {
            await journal.AppendAsync(JournalContract.Batch("prod", 1), Stop);
            var size = journal.SizeBytes;
            _disk.Room = 100;
            await Assert.ThrowsAsync<JournalFullException>(async () => await journal.AppendAsync(JournalContract.Batch("prod", 1, 2, 3), Stop));
            Assert.Equal(size, journal.SizeBytes);
            _disk.Room = long.MaxValue;
            var result = await journal.AppendAsync(JournalContract.Batch("prod", 1, 2, 3), Stop);
            Assert.Equal((2, 1), (result.Stored, result.Repeats));
        }
        Assert.Equal((2, 3), Verify());
    }

    [Fact]
    public async Task When_a_flush_fails_nothing_is_acknowledged_and_the_next_append_goes_to_a_new_file()
    {
        await using (var journal = Open())
        {
            await journal.AppendAsync(JournalContract.Batch("prod", 1), Stop);
            _disk.FlushesToFail = 1;
            await Assert.ThrowsAsync<IOException>(async () => await journal.AppendAsync(JournalContract.Batch("prod", 2), Stop));
            Assert.Equal(1, (await journal.AppendAsync(JournalContract.Batch("prod", 2), Stop)).Stored);
            Assert.Equal(1, journal.End.Segment);
        }
        Assert.Equal((2, 2), Verify());
    }

    [Fact]
    public async Task When_a_failed_write_cannot_be_taken_back_the_journal_stops_and_the_next_start_puts_it_right()
    {
        await using (var journal = Open())
        {
            await journal.AppendAsync(JournalContract.Batch("prod", 1), Stop);
            _disk.Room = 100;
            _disk.IsCuttingBroken = true;
            await Assert.ThrowsAsync<JournalFullException>(async () => await journal.AppendAsync(JournalContract.Batch("prod", 2), Stop));
            _disk.Room = long.MaxValue;
            await Assert.ThrowsAsync<IOException>(async () => await journal.AppendAsync(JournalContract.Batch("prod", 2), Stop));
        }
        _disk.IsCuttingBroken = false;
        await using (var journal = Open())
        {
            Assert.Equal(100, journal.Opened.CutBytes);
            Assert.Equal(1, (await journal.AppendAsync(JournalContract.Batch("prod", 1, 2), Stop)).Stored);
        }
        Assert.Equal((2, 2), Verify());
    }

    [Fact]
    public async Task A_repeat_of_something_not_yet_durable_waits_for_its_flush_and_fails_with_it()
    {
        await using var journal = Open();
        using var hold = new ManualResetEventSlim();
        _disk.Hold = hold;
        var first = journal.AppendAsync(JournalContract.Batch("prod", 1), Stop).AsTask();
        var repeat = journal.AppendAsync(JournalContract.Batch("prod", 1), Stop).AsTask();
        Assert.False(first.IsCompleted || repeat.IsCompleted);
        _disk.FlushesToFail = 1;
        hold.Set();
        await Assert.ThrowsAsync<IOException>(() => first);
        await Assert.ThrowsAsync<IOException>(() => repeat);
        var again = await journal.AppendAsync(JournalContract.Batch("prod", 1), Stop);
        Assert.Equal((1, 0), (again.Stored, again.Repeats));
    }

    [Fact]
    public async Task Everything_that_arrives_during_a_flush_shares_the_next_one()
    {
        await using var journal = Open();
        using var hold = new ManualResetEventSlim();
        _disk.Hold = hold;
        var first = journal.AppendAsync(JournalContract.Batch("prod", 1000), Stop).AsTask();
        Assert.True(_disk.IsFlushing.Wait(TimeSpan.FromMinutes(1), Stop));
        var appends = Enumerable.Range(0, 100).Select(n => journal.AppendAsync(JournalContract.Batch("prod", n), Stop).AsTask()).ToList();
        Assert.DoesNotContain(appends, a => a.IsCompleted);
        hold.Set();
        await Task.WhenAll([first, .. appends]);
        Assert.Equal(2, _disk.Flushes);
    }

    [Fact]
    public async Task A_file_system_that_is_really_full_is_reported_as_such_and_recovered_from()
    {
        var mount = Path.Combine(_folder.Path, "tiny");
        Directory.CreateDirectory(mount);
        if (!OperatingSystem.IsLinux() || await RunAsync("mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", mount) != 0)
            Assert.Skip("Needs Linux and root: the test mounts a file system of 1 MiB. Run it with sudo.");
        try
        {
            var filler = Path.Combine(mount, "filler");
            await File.WriteAllBytesAsync(filler, new byte[900_000], Stop);
            await using (var journal = LocalJournal.Open(Path.Combine(mount, "journal"), new LocalJournalOptions(), TimeProvider.System))
            {
                var noise = new byte[300_000];
                new Random(1).NextBytes(noise);
                var large = new JournalBatch("prod", "file", "", RecordKind.Audit, [noise]);
                await journal.AppendAsync(JournalContract.Batch("prod", 1), Stop);
                await Assert.ThrowsAsync<JournalFullException>(async () => await journal.AppendAsync(large, Stop));
                Assert.Equal(1, (await journal.AppendAsync(JournalContract.Batch("prod", 2), Stop)).Stored);
                File.Delete(filler);
                Assert.Equal(1, (await journal.AppendAsync(large, Stop)).Stored);
            }
            var report = JournalVerifier.Verify(Path.Combine(mount, "journal"), Stop);
            Assert.Empty(report.Findings);
            Assert.Equal(3, report.Records);
        }
        finally
        {
            Assert.Equal(0, await RunAsync("umount", mount));
        }
    }

    (int Frames, int Records) Verify()
    {
        var report = JournalVerifier.Verify(_folder.Journal, Stop);
        Assert.Empty(report.Findings);
        return ((int)report.Frames, (int)report.Records);
    }

    static async Task<int> RunAsync(string program, params string[] arguments)
    {
        try
        {
            using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardError = true, RedirectStandardOutput = true })!;
            await process.WaitForExitAsync(Stop);
            return process.ExitCode;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return -1;
        }
    }

    sealed class Disk
    {
        public long Room { get; set; } = long.MaxValue;
        public int FlushesToFail { get; set; }
        public bool IsCuttingBroken { get; set; }
        public ManualResetEventSlim? Hold { get; set; }
        public int Flushes { get; set; }
        public ManualResetEventSlim IsFlushing { get; } = new();
    }

    sealed class FailingFile(string path, Disk disk) : ISegmentFile
    {
        readonly SegmentFile _file = new(path);

        public void Write(ReadOnlySpan<byte> bytes, long offset)
        {
            if (bytes.Length <= disk.Room)
            {
                _file.Write(bytes, offset);
                disk.Room -= disk.Room == long.MaxValue ? 0 : bytes.Length;
                return;
            }
            _file.Write(bytes[..(int)disk.Room], offset);
            throw new IOException("No space left on device", NoSpace);
        }

        public void Flush()
        {
            disk.Flushes++;
            disk.IsFlushing.Set();
            disk.Hold?.Wait();
            if (disk.FlushesToFail-- > 0) throw new IOException("Input/output error", 5);
            disk.FlushesToFail = 0;
            _file.Flush();
        }

        public void Cut(long length)
        {
            if (disk.IsCuttingBroken) throw new IOException("Read-only file system", 30);
            _file.Cut(length);
        }

        public void Dispose() => _file.Dispose();
    }
}
