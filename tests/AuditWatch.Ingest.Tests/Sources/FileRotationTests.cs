using System.Text;
using AuditWatch.Ingest.Pipeline;
using AuditWatch.Ingest.Sources;
using AuditWatch.Ingest.Sources.Files;
using AuditWatch.Ingest.Tests.Pipeline;
using Xunit;

namespace AuditWatch.Ingest.Tests.Sources;

/// <summary>Real files, rotated in every way that the tools that do it have.</summary>
public sealed class FileRotationTests : FollowedLog
{
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
        var (_, positions) = await SourceRun.ReadAsync(It);
        Assert.Equal($"{Log}/0", positions[0]);
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
}
