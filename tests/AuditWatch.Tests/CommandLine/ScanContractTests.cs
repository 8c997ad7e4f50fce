using System.Text.Json;
using AuditWatch.Testing;
using AuditWatch.Tests.Running;
using Xunit;

namespace AuditWatch.Tests.CommandLine;

/// <summary>Exit codes, streams, formats and levels of <c>scan</c>.</summary>
public sealed class ScanContractTests
{
    static readonly string Rules = AuditLine.Rules();
    readonly string _folder = Directory.CreateTempSubdirectory("aw-scan").FullName;

    Task<AuditWatchCommand.Result> ScanAsync(params string[] arguments) => AuditWatchCommand.RunAsync(["scan", "--rules", Rules, .. arguments], null, _folder);

    void Put(string name, params string[] lines) => File.WriteAllBytes(Path.Combine(_folder, name), AuditLine.Utf8(lines));

    [Fact]
    public async Task What_cannot_be_read_is_named_by_file_and_line_and_the_rest_is_processed()
    {
        Put("bad.log", """{"a":1}""", AuditLine.Of("one"), "not JSON", "", """{"kind":"Event","auditID":"no-stage"}""", AuditLine.Of("two", received: "2026-11-23T09:27:04Z"), AuditLine.Of("torn")[..200]);
        var result = await ScanAsync("no-such-file.log", "bad.log", "--fail-on", "low", "--stats");
        Assert.Equal(3, result.ExitCode); // wins over 1
        Assert.Equal(2, result.Lines.Length);
        Assert.Contains("no-such-file.log", result.Error, StringComparison.Ordinal);
        foreach (var line in new[] { 1, 3, 5, 7 }) Assert.Contains($"\nbad.log:{line}: ", "\n" + result.Error, StringComparison.Ordinal);
        foreach (var line in new[] { 2, 4, 6 }) Assert.DoesNotContain($"\nbad.log:{line}: ", "\n" + result.Error, StringComparison.Ordinal);
        using var stats = JsonDocument.Parse(result.Error.Split('\n', StringSplitOptions.RemoveEmptyEntries)[^1]);
        Assert.Equal(["events", "bytes", "seconds", "quarantined", "unknown"], stats.RootElement.EnumerateObject().Select(p => p.Name));
        Assert.Equal(2, stats.RootElement.GetProperty("events").GetInt64());
        Assert.Equal(4, stats.RootElement.GetProperty("quarantined").EnumerateObject().Sum(q => q.Value.GetInt64()));
    }

    [Fact]
    public async Task Fail_on_counts_also_what_min_level_hides()
    {
        Put("a.log", AuditLine.Of("one"));
        var found = await ScanAsync("a.log", "--fail-on", "high", "--min-level", "critical");
        Assert.Equal((1, ""), (found.ExitCode, found.Output));
        var above = await ScanAsync("a.log", "--fail-on", "critical", "--min-level", "high");
        Assert.Equal((0, 1), (above.ExitCode, above.Lines.Length));
    }

    [Fact]
    public async Task Nothing_in_is_nothing_out_and_no_fault()
    {
        Put("empty.log");
        Put("blank.log", "", "   ", "");
        var result = await ScanAsync("empty.log", "blank.log", "-");
        Assert.Equal((0, "", ""), (result.ExitCode, result.Output, result.Error));
    }

    [Fact]
    public async Task A_format_and_a_limit_are_honoured()
    {
        Put("a.log", [.. AuditLine.History(20)]);
        var json = await ScanAsync("a.log", "--format", "json", "--limit", "3");
        Assert.Equal(3, JsonDocument.Parse(json.Output).RootElement.GetArrayLength());
        var none = await ScanAsync("a.log", "--format", "json", "--min-level", "critical");
        Assert.Equal(0, JsonDocument.Parse(none.Output).RootElement.GetArrayLength());
        var table = await ScanAsync("a.log", "--format", "table", "--limit", "0");
        Assert.Equal(11, table.Lines.Length);
        Assert.StartsWith("TIME ", table.Lines[0], StringComparison.Ordinal);
        Assert.DoesNotContain('\x1b', table.Output);
    }

    [Theory]
    [InlineData("--exceptions", "no-such-folder")]
    [InlineData("--rules", "no-such-folder")]
    [InlineData("--lists", "no-such-folder")]
    [InlineData("--config", "no-such-file.yaml")]
    [InlineData("--cluster", "a/b")]
    [InlineData("--profile", "k3s")]
    [InlineData("--fail-on", "severe")]
    [InlineData("--limit", "-1")]
    [InlineData("--format", "xml")]
    public async Task What_is_asked_for_wrongly_is_exit_2_and_a_sentence(string option, string value)
    {
        Put("a.log", AuditLine.Of("one"));
        var result = await ScanAsync("a.log", option, value);
        Assert.Equal((2, ""), (result.ExitCode, result.Output));
        Assert.Contains(value, result.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_reader_that_has_had_enough_ends_the_command_quietly()
    {
        Put("a.log", [.. AuditLine.History(3000).Where((_, i) => i % 2 == 0)]);
        using var scan = AuditWatchCommand.Start(["scan", "a.log", "--rules", Rules], _folder);
        var error = scan.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        await scan.StandardOutput.BaseStream.ReadExactlyAsync(new byte[10], TestContext.Current.CancellationToken);
        scan.StandardOutput.Close();
        await scan.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.Equal((0, ""), (scan.ExitCode, await error));
    }

    [Fact]
    public async Task An_interrupt_ends_it_with_130_even_while_it_waits_for_stdin()
    {
        using var scan = AuditWatchCommand.Start(["scan", "-", "--rules", Rules], _folder);
        // More than a pipe holds: once it is written, the command has begun to read, and now it waits for more.
        await scan.StandardInput.BaseStream.WriteAsync(AuditLine.Utf8(AuditLine.History(600)), TestContext.Current.CancellationToken);
        await scan.StandardInput.BaseStream.FlushAsync(TestContext.Current.CancellationToken);
        await Signals.SendAsync("INT", scan.Id);
        using var deadline = new CancellationTokenSource(TimeSpan.FromMinutes(1));
        await scan.WaitForExitAsync(deadline.Token);
        Assert.Equal(130, scan.ExitCode);
    }

    [Fact]
    public async Task A_snapshot_says_what_was_there_before_the_log_and_a_bad_one_is_exit_code_2()
    {
        const string Chain = "pod-security-lowered-and-used";
        var folder = Path.Combine(Checkout.Root, "tests", "AuditWatch.Detection.Tests", "Knowledge", "Recorded");
        var (log, snapshot) = (Path.Combine(folder, "after.ndjson"), Path.Combine(folder, "snapshot.json"));
        Assert.Contains(Chain, (await AuditWatchCommand.RunAsync("scan", log)).Output, StringComparison.Ordinal);
        var with = await AuditWatchCommand.RunAsync("scan", log, "--baseline", snapshot, "--baseline-time", "2026-11-25T08:30:15.533242Z");
        Assert.True(with.ExitCode == 0, with.Error);
        Assert.DoesNotContain(Chain, with.Output, StringComparison.Ordinal);
        Assert.Contains("privileged-container", with.Output, StringComparison.Ordinal);
        Assert.Contains("Snapshot: 149 objects, all bindings among them; 1 of other kinds are passed over.", with.Error, StringComparison.Ordinal);
        var bad = await AuditWatchCommand.RunAsync("scan", log, "--baseline", log + ".not");
        Assert.Equal(2, bad.ExitCode);
        Assert.Contains("There is no file", bad.Error, StringComparison.Ordinal);
    }
}
