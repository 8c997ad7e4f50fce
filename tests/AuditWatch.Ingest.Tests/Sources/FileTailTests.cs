using System.Text;
using AuditWatch.Ingest.Pipeline;
using AuditWatch.Ingest.Sources;
using AuditWatch.Ingest.Sources.Files;
using AuditWatch.Ingest.Tests.Pipeline;
using Xunit;

namespace AuditWatch.Ingest.Tests.Sources;

/// <summary>What is taken of a followed log, what is not, and what is said of it.</summary>
public sealed class FileTailTests : FollowedLog
{
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
        Written = 4;
        await UntilAsync(run, 4);
        await AllAsync(run, quarantined: 0);
        Assert.Equal(0, run.Standing.LagBytes);
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
        File.WriteAllText(Path.Combine(It.Folder, "other.log"), PipelineFixture.Event(7) + "\n");
        Written = 8;
        await using var second = Run(latest: true, pattern: "*.log");
        await UntilAsync(second, 3);
        Assert.Equal(3, second.Standing.Events);
    }

    [Fact]
    public async Task A_line_in_parts_is_put_together_and_bad_lines_cost_only_themselves_and_are_kept_once()
    {
        var line = PipelineFixture.Event(0);
        var stamp = "2026-11-25T02:22:46.865426429Z stdout ";
        File.WriteAllText(Log, $"{stamp}P {line[..50]}\n{stamp}P {line[50..90]}\n{stamp}F {line[90..]}\nno JSON\n\n\0\0\0{PipelineFixture.Event(1)}\nno JSON\n");
        await using (var run = Run()) await UntilAsync(run, 4);
        Checkpoints.Forget();
        File.AppendAllText(Log, PipelineFixture.Event(2) + "\n");
        await using var again = Run(lotBytes: 100);
        await UntilAsync(again, 5);
        Written = 3;
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
        Assert.Equal("too-large", (await It.Quarantine())[0].GetProperty("reason").GetString());
    }

    [Fact]
    public async Task A_full_disk_is_waited_out_and_no_line_is_passed_over()
    {
        var disk = new RefusingJournal(It.Journal) { Refuses = true };
        var pipeline = new IngestPipeline(disk, It.Pipeline.Redactor, It.Time, It.Options);
        Write(3);
        await using var run = Run(pipeline: pipeline);
        await run.UntilAsync(s => s.State == SourceState.Failing, "the fault");
        Assert.Empty(Checkpoints.Positions(Log));
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
}
