using System.IO.Compression;
using System.Text;
using AuditWatch.Ingest.Pipeline;
using AuditWatch.Ingest.Sources;
using AuditWatch.Ingest.Sources.Files;
using AuditWatch.Ingest.Tests.Pipeline;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace AuditWatch.Ingest.Tests.Sources;

/// <summary>Real files, rotated in every way that the tools that do it have.</summary>
public sealed class FileTailTests : IAsyncLifetime
{
    readonly PipelineFixture _it = new();
    readonly MemoryCheckpoints _checkpoints = new();
    int _written;

    static CancellationToken Stop => TestContext.Current.CancellationToken;

    string Log => Path.Combine(_it.Folder, "audit.log");

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public ValueTask DisposeAsync() => _it.DisposeAsync();

    [Fact]
    public async Task Lines_are_taken_as_they_are_written_and_half_a_line_waits_for_its_other_half()
    {
        Write(3);
        await using var run = Run();
        await UntilAsync(run, 3);
        var line = PipelineFixture.Event(3);
        File.AppendAllText(Log, line[..100]);
        Write(0);
        await Task.Delay(300, Stop);   // it has the time to take the half
        Assert.Equal(3, run.Standing.Messages);
        File.AppendAllText(Log, line[100..] + "\n");
        _written = 4;
        await UntilAsync(run, 4);
        await AllAsync(run, quarantined: 0);
        Assert.Equal(0, run.Standing.LagBytes);
    }

    [Fact]
    public async Task A_renamed_file_is_read_to_its_end_though_its_writer_is_late_and_nothing_is_read_twice()
    {
        Write(5);
        await using var run = Run();
        await UntilAsync(run, 5);
        var stale = new FileStream(Log, FileMode.Append, FileAccess.Write, FileShare.ReadWrite | FileShare.Delete);
        File.Move(Log, Rotated(1));
        Write(4);
        Write(3, stale);
        await UntilAsync(run, 12);
        stale.Dispose();
        File.Move(Log, Rotated(2));
        File.Delete(Rotated(2));   // the open file is still read
        Write(2);
        await UntilAsync(run, 14);
        await AllAsync(run, quarantined: 0);
        Assert.Equal(0, run.Standing.Repeats);
    }

    [Theory]
    [InlineData("rename")]
    [InlineData("rename and gzip")]
    [InlineData("copytruncate")]
    [InlineData("copytruncate and gzip")]
    public async Task What_was_rotated_away_several_times_while_nobody_read_is_read_all_the_same(string how)
    {
        Write(5);
        await using (var first = Run()) await UntilAsync(first, 5);
        for (var rotation = 1; rotation <= 3; rotation++)
        {
            Write(4);
            Rotate(how, rotation);
        }
        Write(2);
        await using var second = Run();
        await UntilAsync(second, 14);
        await AllAsync(second, quarantined: 0);
        Assert.Equal(0, second.Standing.Repeats);
        Assert.Equal(0, second.Standing.Gaps);
    }

    [Theory]
    [InlineData("copytruncate")]
    [InlineData("copytruncate and gzip")]
    public async Task A_file_truncated_under_the_reader_goes_on_in_its_copy_and_then_anew(string how)
    {
        Write(20);
        await using var run = Run();
        await UntilAsync(run, 20);
        Write(3);
        Rotate(how, 1);
        Write(30);
        await UntilAsync(run, 53);
        await AllAsync(run, quarantined: 0);
        Assert.Equal(0, run.Standing.Gaps);
    }

    [Fact]
    public async Task A_copy_that_cannot_be_opened_yet_is_waited_for_and_costs_nothing()
    {
        Write(20);
        await using var run = Run();
        await UntilAsync(run, 20);
        Write(3);
        File.Copy(Log, Log + ".1");
        using (new FileStream(Log + ".1", FileMode.Open, FileAccess.ReadWrite, FileShare.None))
        {
            using (var truncated = new FileStream(Log, FileMode.Open, FileAccess.Write, FileShare.ReadWrite)) truncated.SetLength(0);
            Write(1);
            await run.UntilAsync(s => s.LastError is not null || s.Messages >= 23, "the copy to be missed");
        }

        Write(29);
        await UntilAsync(run, 53);
        await AllAsync(run, quarantined: 0);
        Assert.Equal(0, run.Standing.Gaps);
    }

    [Fact]
    public async Task Over_high_water_nothing_more_is_read_and_rotations_meanwhile_cost_nothing()
    {
        var isHigh = true;
        Write(5);
        await using var run = Run(isHigh: () => Volatile.Read(ref isHigh));
        await run.UntilAsync(s => s.State == SourceState.Holding, "holding");
        Rotate("rename", 1);
        Write(4);
        await Task.Delay(300, Stop);   // it has the time to do wrong
        Assert.Equal(0, run.Standing.Messages);
        Volatile.Write(ref isHigh, false);
        await UntilAsync(run, 9);
        await AllAsync(run, quarantined: 0);
        Assert.Equal(0, run.Standing.Gaps);
    }

    [Fact]
    public async Task A_file_emptied_without_a_copy_is_a_gap_that_is_said()
    {
        Write(5);
        await using var run = Run();
        await UntilAsync(run, 5);
        File.WriteAllText(Log, "");
        Write(2);
        await UntilAsync(run, 7);
        Assert.Equal(1, run.Standing.Gaps);
        Assert.Contains("no copy", run.Standing.LastError?.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_file_that_went_while_nobody_read_is_a_gap_that_is_said_and_the_rest_is_read()
    {
        Write(5);
        await using (var first = Run()) await UntilAsync(first, 5);
        Write(1);
        File.Delete(Log);
        Write(2);
        await using var second = Run();
        await UntilAsync(second, 2);
        Assert.Equal(1, second.Standing.Gaps);
    }

    [Fact]
    public async Task Latest_means_from_the_first_start_on_and_files_that_appear_later_are_read_whole()
    {
        Write(5);
        await using (var first = Run(latest: true, pattern: "*.log")) await first.UntilAsync(s => s.Partitions.Count == 1, "the file");
        Write(2);
        File.WriteAllText(Path.Combine(_it.Folder, "other.log"), PipelineFixture.Event(7) + "\n");
        _written = 8;
        await using var second = Run(latest: true, pattern: "*.log");
        await UntilAsync(second, 3);
        Assert.Equal(3, second.Standing.Events);
    }

    [Fact]
    public async Task A_pattern_that_also_meets_rotated_files_reads_each_event_once_from_the_oldest_on()
    {
        Write(3);
        Rotate("rename", 1);
        Write(3);
        Rotate("rename and gzip", 2);
        Write(3);
        await using var run = Run(pattern: "*");
        await UntilAsync(run, 9);
        Assert.Single(run.Standing.Partitions);
        await AllAsync(run, quarantined: 0);
        Assert.Equal(0, run.Standing.Repeats);
        var (_, positions) = await SourceRun.ReadAsync(_it);
        Assert.Equal($"{Log}/0", positions[0]);
    }

    [Fact]
    public async Task A_line_in_parts_is_put_together_and_bad_lines_cost_only_themselves_and_are_kept_once()
    {
        var line = PipelineFixture.Event(0);
        var stamp = "2026-11-25T02:22:46.865426429Z stdout ";
        File.WriteAllText(Log, $"{stamp}P {line[..50]}\n{stamp}P {line[50..90]}\n{stamp}F {line[90..]}\nno JSON\n\n\0\0\0{PipelineFixture.Event(1)}\nno JSON\n");
        await using (var run = Run()) await UntilAsync(run, 4);
        _checkpoints.Forget();
        File.AppendAllText(Log, PipelineFixture.Event(2) + "\n");
        await using var again = Run(lotBytes: 100);
        await UntilAsync(again, 5);
        _written = 3;
        await AllAsync(again, quarantined: 2);
        Assert.Equal(2, again.Standing.Repeats);
    }

    [Fact]
    public async Task A_line_too_long_to_hold_is_quarantined_by_its_beginning_and_the_next_is_taken()
    {
        File.WriteAllText(Log, "{\"a\":\"" + new string('x', 100_000) + "\"}\n");
        Write(2);
        await using var run = Run(mostLineBytes: 10_000, lotBytes: 4096);
        await UntilAsync(run, 3);
        await AllAsync(run, quarantined: 1);
        Assert.Equal("too-large", (await _it.Quarantine())[0].GetProperty("reason").GetString());
    }

    [Fact]
    public async Task A_full_disk_is_waited_out_and_no_line_is_passed_over()
    {
        var disk = new RefusingJournal(_it.Journal) { Refuses = true };
        var pipeline = new IngestPipeline(disk, _it.Pipeline.Redactor, _it.Time, _it.Options);
        Write(3);
        await using var run = Run(pipeline: pipeline);
        await run.UntilAsync(s => s.State == SourceState.Failing, "the fault");
        Assert.Empty(_checkpoints.Positions(Log));
        Write(3);
        disk.Refuses = false;
        await UntilAsync(run, 6);
        await AllAsync(run, quarantined: 0);
    }

    [Fact]
    public async Task A_missing_file_is_said_and_followed_once_it_is_there()
    {
        await using var run = Run();
        await run.UntilAsync(s => s.State == SourceState.Failing, "the fault");
        Assert.Contains("No file matches", run.Standing.LastError?.Message, StringComparison.Ordinal);
        Write(1);
        await UntilAsync(run, 1);
        await run.UntilAsync(s => s.State == SourceState.Running, "running");
    }

    [Fact]
    public void Rotated_names_are_told_from_other_logs()
    {
        foreach (var name in (string[])["audit.log.1", "audit.log.12.gz", "audit.log-20251126", "audit.log-20251126-1764150000.gz", "audit-2025-11-26T14-33-45.420.log", "audit-2025-11-26T14-33-45.420.log.gz", "audit_20251126.log.zst"])
            Assert.True(RotatedNames.IsRotationOf("/var/log/audit.log", "/var/log/" + name), name);
        foreach (var name in (string[])["audit.log", "audit-policy.log", "audit2.log", "audit.log.bak", "audit.log.1.swp", "kube-audit.log", "audit-2025.txt"])
            Assert.False(RotatedNames.IsRotationOf("/var/log/audit.log", "/var/log/" + name), name);
        Assert.False(RotatedNames.IsRotationOf("/var/log/audit.log", "/var/log/old/audit.log.1"));
    }

    string Rotated(int number) => Path.Combine(_it.Folder, $"audit-2026-11-25T00-00-{number:D2}.000.log");

    void Rotate(string how, int number)
    {
        var rotated = how.StartsWith("copy", StringComparison.Ordinal) ? $"{Log}.{9 - number}" : Rotated(number);
        if (how.StartsWith("copy", StringComparison.Ordinal))
        {
            File.Copy(Log, rotated);
            using (var truncated = new FileStream(Log, FileMode.Open, FileAccess.Write, FileShare.ReadWrite)) truncated.SetLength(0);
        }
        else File.Move(Log, rotated);
        if (!how.EndsWith("gzip", StringComparison.Ordinal)) return;
        using (var packed = new GZipStream(File.Create(rotated + ".gz"), CompressionLevel.Fastest))
        using (var plain = File.OpenRead(rotated)) plain.CopyTo(packed);
        File.Delete(rotated);
    }

    void Write(int count, FileStream? into = null)
    {
        var lines = string.Concat(Enumerable.Range(_written, count).Select(i => PipelineFixture.Event(i) + "\n"));
        _written += count;
        if (into is null) File.AppendAllText(Log, lines);
        else
        {
            into.Write(Encoding.UTF8.GetBytes(lines));
            into.Flush();
        }
    }

    SourceRun Run(bool latest = false, string pattern = "audit.log", int lotBytes = 1 << 20, int mostLineBytes = 32 << 20, IngestPipeline? pipeline = null, Func<bool>? isHigh = null) =>
        new(new FileTailSource(new FileTailOptions
        {
            Name = "control-plane", Cluster = "prod", Paths = [Path.Combine(_it.Folder, pattern)], StartAtLatest = latest, LotBytes = lotBytes, MostLineBytes = mostLineBytes,
            PollEvery = TimeSpan.FromMilliseconds(20), RescanEvery = TimeSpan.FromMilliseconds(100), SettleAfter = TimeSpan.FromMilliseconds(300),
        }, pipeline ?? _it.Pipeline, _checkpoints, isHigh ?? (() => false), TimeProvider.System, NullLogger<FileTailSource>.Instance));

    static Task UntilAsync(SourceRun run, int messages) => run.UntilAsync(s => s.Messages >= messages, $"{messages} lines");

    async Task AllAsync(SourceRun run, int quarantined)
    {
        await run.StopAsync();
        var (ids, _) = await SourceRun.ReadAsync(_it);
        Assert.Equal(_written, ids.Count);
        Assert.Equal(quarantined, (await _it.Quarantine()).Count);
    }
}
