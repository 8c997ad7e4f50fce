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
    public async Task A_correlation_is_explained_with_its_windows_and_its_stories_are_tests()
    {
        const string Twice = "title: Twice\nname: twice\nid: 00000000-0000-4000-8000-0000000000c1\nlevel: high\ncorrelation: {type: event_count, rules: [secret-read], group-by: [user.username], timespan: 1h, condition: {gte: 2}, generate: true}\n";
        const string Story = "correlation: twice\nstories:\n  - {it: speaks of two, events: [{at: 0s, from: 'traces/b.yml#read', times: 2, every: 1m}], expect: NUMBER}\n";
        await WriteAsync();
        var rules = AuditLine.Rules(("twice.yml", Twice), ("twice.stories.yml", Story), ("traces/b.yml", "read: " + AuditLine.Of("x")));
        var text = await RunAsync("explain", "twice", "--event", "a.log", "--rules", rules);
        Assert.True(text.ExitCode == 0, text.Error);
        Assert.Contains("grouped by user.username, within 01:00:00", text.Output, StringComparison.Ordinal);
        var rows = (await RunAsync("explain", "twice", "--event", "a.log", "--rules", rules, "--format", "ndjson")).Lines.Select(l => JsonDocument.Parse(l).RootElement).ToList();
        Assert.Equal(rows.Count - 1, rows[0].GetProperty("matches").GetInt32());
        Assert.All(rows.Skip(1), r => Assert.Equal(["gte 2"], r.GetProperty("window").GetProperty("wanted").EnumerateArray().Select(w => w.GetString())));
        Assert.Equal(0, (await RunAsync("explain", "twice", "--rules", rules)).ExitCode);
        foreach (var (number, passes) in new[] { ("1", true), ("2", false) })
        {
            await File.WriteAllTextAsync(Path.Combine(rules, "twice.stories.yml"), Story.Replace("NUMBER", number, StringComparison.Ordinal), TestContext.Current.CancellationToken);
            var told = (await RunAsync("test", "--all", "--rules", rules, "--format", "ndjson")).Lines.Select(l => JsonDocument.Parse(l).RootElement).Single(r => r.GetProperty("case").GetString() == "speaks of two");
            Assert.Equal((passes, "1 alerts of twice"), (told.GetProperty("passed").GetBoolean(), told.GetProperty("got").GetString()));
        }
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
    public async Task A_diff_knows_chains_this_programs_own_or_each_versions()
    {
        const string Steps = """
            name: {0}
            title: {0}
            id: 00000000-0000-4000-8000-00000000000{1}
            logsource: {{product: kubernetes, service: audit}}
            detection: {{selection: {{objectRef.resource: {2}}}, condition: selection}}
            auditwatch: {{alert: false}}
            """;
        const string Chain = """
            using AuditWatch.Detection.EventLayer;
            using AuditWatch.Detection.Reasoning;
            using NRules.Fluent.Dsl;
            namespace Ours;
            [RuleId("5b0a6d6e-7d5f-4d1c-9a53-1d6b3f0c2b11"), Name("reads-then-runs"), Description("Reads, then runs")]
            public sealed class ReadsThenRuns : Rule
            {
                static readonly Story Story = Story.Of("actor").Within("1h").Steps("reader", "runner");
                public override void Define()
                {
                    Sighting end = default!;
                    When().Match(() => end, s => Story.EndsWith(s));
                    Then().Do(context => context.Raise("low", Story.Evidence(end)));
                }
            }
            """;
        var stop = TestContext.Current.CancellationToken;
        await File.WriteAllBytesAsync(Path.Combine(_folder, "a.log"), AuditLine.Utf8(AuditLine.Of("one"), AuditLine.Of("two", received: "2026-11-23T09:27:05.000001Z", resource: "pods")), stop);
        foreach (var version in new[] { "base", "head" })
        {
            Directory.CreateDirectory(Path.Combine(_folder, version, "chains"));
            await File.WriteAllTextAsync(Path.Combine(_folder, version, "reader.yml"), string.Format(System.Globalization.CultureInfo.InvariantCulture, Steps, "reader", 1, "secrets"), stop);
            await File.WriteAllTextAsync(Path.Combine(_folder, version, "runner.yml"), string.Format(System.Globalization.CultureInfo.InvariantCulture, Steps, "runner", 2, "pods"), stop);
        }

        await File.WriteAllTextAsync(Path.Combine(_folder, "head", "chains", "ReadsThenRuns.cs"), Chain, stop);
        var own = await RunAsync("diff", "base..head", "a.log", "--format", "ndjson");
        Assert.True(own.ExitCode == 0, own.Error);
        Assert.Empty(own.Lines);
        Assert.Contains("The chains of the two versions differ", own.Error, StringComparison.Ordinal);
        var built = await RunAsync("diff", "base..head", "a.log", "--format", "ndjson", "--build-chains", "--budget", "0");
        Assert.True(built.ExitCode == 1, built.Error);
        var row = JsonDocument.Parse(Assert.Single(built.Lines)).RootElement;
        Assert.Equal(("added", "reads-then-runs", "low"), (row.GetProperty("change").GetString(), row.GetProperty("name").GetString(), row.GetProperty("level").GetString()));
        await File.WriteAllTextAsync(Path.Combine(_folder, "head", "chains", "ReadsThenRuns.cs"), Chain.Replace("Define()", "Defin()", StringComparison.Ordinal), stop);
        var broken = await RunAsync("diff", "base..head", "a.log", "--build-chains");
        Assert.Equal(2, broken.ExitCode);
        Assert.Contains("ReadsThenRuns.cs", broken.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_journal_is_a_history_like_a_file()
    {
        await WriteAsync();
        await using var server = new ServerProcess(Path.Combine(_folder, "data"));
        await server.StartAsync();
        (await server.PostAsync("default", await File.ReadAllBytesAsync(Path.Combine(_folder, "a.log"), TestContext.Current.CancellationToken))).Dispose();
        await server.TerminateAsync();
        var file = await RunAsync("backtest", "a.log", "--rules", AuditLine.Rules());
        var journal = await RunAsync("backtest", "--journal", "data", "--rules", AuditLine.Rules());
        Assert.True(journal.ExitCode == 0, journal.Error);
        Assert.Equal(Counts(file), Counts(journal));
        var diff = await RunAsync("diff", $"{AuditLine.Rules()}..{AuditLine.Rules()}", "--journal", "data");
        Assert.Contains("2 unchanged", diff.Output, StringComparison.Ordinal);
        Assert.Equal(2, (await RunAsync("backtest", "--journal", "no-such-folder", "--rules", AuditLine.Rules())).ExitCode);

        static (int, int) Counts(AuditWatchCommand.Result r) => (JsonDocument.Parse(Assert.Single(r.Lines)).RootElement.GetProperty("alerts").GetInt32(), JsonDocument.Parse(r.Lines[0]).RootElement.GetProperty("events").GetInt32());
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
