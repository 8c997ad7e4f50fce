using System.Text.Json;
using AuditWatch.Tests.Running;
using Xunit;

namespace AuditWatch.Tests.CommandLine;

/// <summary><c>rules backtest</c>, <c>rules diff</c> and <c>rules coverage --policy</c> as scripts see them.</summary>
public sealed class RulesWorkbenchTests
{
    readonly string _folder = Directory.CreateTempSubdirectory("aw-workbench").FullName;

    Task<AuditWatchCommand.Result> RunAsync(params string[] arguments) => AuditWatchCommand.RunAsync(["rules", .. arguments], null, _folder);

    [Fact]
    public async Task A_backtest_counts_by_rule_and_its_budget_makes_the_exit_code()
    {
        await WriteAsync();
        var result = await RunAsync("backtest", "a.log", "--rules", AuditLine.Rules(), "--budget", "1");
        Assert.True(result.ExitCode == 1, result.Error);
        var row = JsonDocument.Parse(Assert.Single(result.Lines)).RootElement;
        Assert.Equal((AuditLine.SecretReadRule, 2), (row.GetProperty("rule").GetString(), row.GetProperty("alerts").GetInt32()));
        Assert.Equal(2, row.GetProperty("samples").GetArrayLength());
        Assert.Equal(2, row.GetProperty("actors").EnumerateArray().Sum(a => a.GetProperty("alerts").GetInt32()));
        Assert.Equal(0, (await RunAsync("backtest", "a.log", "--rules", AuditLine.Rules(), "--budget", "2")).ExitCode);
        Assert.Equal(2, (await RunAsync("backtest", "--rules", AuditLine.Rules())).ExitCode);
    }

    [Fact]
    public async Task A_diff_of_two_folders_is_Markdown_and_too_many_added_alerts_are_exit_code_1()
    {
        await WriteAsync();
        var none = Directory.CreateDirectory(Path.Combine(_folder, "none")).FullName;
        var wider = await RunAsync("diff", $"{none}..{AuditLine.Rules()}", "a.log", "--budget", "1");
        Assert.True(wider.ExitCode == 1, wider.Error);
        Assert.Contains("**2 alerts added**, 0 removed", wider.Output, StringComparison.Ordinal);
        var same = await RunAsync("diff", $"{AuditLine.Rules()}..{AuditLine.Rules()}", "a.log", "--budget", "0");
        Assert.Equal(0, same.ExitCode);
        Assert.Contains("**0 alerts added**, 0 removed, 0 at another level, 2 unchanged", same.Output, StringComparison.Ordinal);
        Assert.Equal(2, (await RunAsync("diff", "no-such-revision..HEAD", "a.log")).ExitCode);
        Assert.Equal(2, (await RunAsync("diff", $"{none}..{none}", "-")).ExitCode);
    }

    [Fact]
    public async Task Coverage_of_a_policy_is_a_row_for_each_rule_and_a_broken_policy_is_exit_code_2()
    {
        await File.WriteAllTextAsync(Path.Combine(_folder, "p.yaml"), "apiVersion: audit.k8s.io/v1\nkind: Policy\nrules:\n- {level: None, resources: [{group: '', resources: [secrets]}]}\n- level: Metadata\n", TestContext.Current.CancellationToken);
        var result = await RunAsync("coverage", "--policy", "p.yaml", "--rules", AuditLine.Rules(), "--fail-on", "blind");
        Assert.True(result.ExitCode == 1, result.Error);
        var row = result.Lines.Select(l => JsonDocument.Parse(l).RootElement).Single(r => r.GetProperty("rule").GetString() == AuditLine.SecretReadRule);
        Assert.Equal(("blind", 4), (row.GetProperty("state").GetString(), row.GetProperty("change").GetProperty("before_line").GetInt32()));
        await File.WriteAllTextAsync(Path.Combine(_folder, "bad.yaml"), "apiVersion: v1\nkind: Policy\nrules: []\n", TestContext.Current.CancellationToken);
        var bad = await RunAsync("coverage", "--policy", "bad.yaml", "--rules", AuditLine.Rules());
        Assert.Equal(2, bad.ExitCode);
        Assert.Contains("bad.yaml:1:13  AW1700", bad.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Lint_says_what_to_write_and_with_fix_writes_it()
    {
        var file = Path.Combine(Directory.CreateDirectory(Path.Combine(_folder, "rules")).FullName, "exec.yml");
        await File.WriteAllTextAsync(file, "title: Exec # ours\nlogsource: {product: kubernetes}\ndetection:\n  s:\n    objectRef.resource: pods\n    objectRef.subresource: exec\n    verb: create\n  condition: s\n", TestContext.Current.CancellationToken);
        var found = await RunAsync("lint", "--rules", "rules", "--fail-on", "warning");
        Assert.True(found.ExitCode == 1, found.Error);
        var row = found.Lines.Select(l => JsonDocument.Parse(l).RootElement).Single(r => r.GetProperty("code").GetString() == "AW2012");
        Assert.Equal("""[{"line":7,"column":11,"end_line":7,"end_column":17,"text":"[create, get]"}]""", row.GetProperty("edits").GetRawText());
        var repaired = await RunAsync("lint", "--rules", "rules", "--fail-on", "warning", "--fix");
        Assert.True(repaired.ExitCode == 0, repaired.Error);
        Assert.Contains("2 repairs in 1 files.", repaired.Error, StringComparison.Ordinal);
        Assert.Contains("    verb: [create, get]\n", await File.ReadAllTextAsync(file, TestContext.Current.CancellationToken), StringComparison.Ordinal);
        Assert.Contains("0 repairs in 0 files.", (await RunAsync("lint", "--rules", "rules", "--fix")).Error, StringComparison.Ordinal);
    }

    Task WriteAsync() => File.WriteAllBytesAsync(Path.Combine(_folder, "a.log"), AuditLine.Utf8(AuditLine.Of("one"), AuditLine.Of("two")), TestContext.Current.CancellationToken);
}
