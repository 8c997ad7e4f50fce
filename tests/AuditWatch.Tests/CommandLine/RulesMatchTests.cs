using System.Text.Json;
using AuditWatch.Tests.Running;
using Xunit;

namespace AuditWatch.Tests.CommandLine;

/// <summary><c>rules match</c> and <c>rules lint</c>: raw verdicts for differential tests, and findings for machines.</summary>
public sealed class RulesMatchTests
{
    const string Bare = """
        title: Führt ein Kommando aus!
        logsource: {product: windows, service: sysmon}
        detection:
          selection:
            requestObject.stringData.k|startswith: a
          condition: selection
        """;

    readonly string _folder = Directory.CreateTempSubdirectory("aw-match").FullName;

    Task<AuditWatchCommand.Result> RunAsync(params string[] arguments) => AuditWatchCommand.RunAsync(["rules", .. arguments], null, _folder);

    [Fact]
    public async Task Every_true_pair_is_one_line_and_unknown_ones_come_with_their_reasons_when_asked_for()
    {
        var rules = AuditLine.Rules(("deep/bare.yml", Bare), ("lists/broken.yml", "["), ("filters/broken.yml", "["), ("traces/broken.yml", "["), ("generated/broken.yml", "["), ("a.tests.yml", "["));
        File.Delete(Path.Combine(rules, "lists", "broken.yml"));
        await File.WriteAllBytesAsync(Path.Combine(_folder, "a.log"), AuditLine.Utf8(
            AuditLine.Of("one", stage: "ResponseStarted"), AuditLine.Of("one"),
            AuditLine.Of("secret", verb: "create", level: "Request", more: ""","requestObject":{"kind":"Secret","stringData":{"k":"abcdefgh"}}""")), TestContext.Current.CancellationToken);
        var plain = await RunAsync("match", "a.log", "--rules", rules);
        Assert.True(plain.ExitCode == 0, plain.Error);
        Assert.Equal(
        [
            $$"""{"file":"a.log","line":1,"audit_id":"one","stage":"ResponseStarted","rule":"{{AuditLine.SecretReadRule}}","verdict":"true"}""",
            $$"""{"file":"a.log","line":2,"audit_id":"one","stage":"ResponseComplete","rule":"{{AuditLine.SecretReadRule}}","verdict":"true"}""",
        ], plain.Lines);

        var unknown = (await RunAsync("match", "a.log", "--rules", rules, "--unknown")).Lines.Select(l => JsonDocument.Parse(l).RootElement).Where(v => v.GetProperty("verdict").GetString() == "unknown").ToList();
        Assert.All(unknown, v => Assert.Equal(["file", "line", "audit_id", "stage", "rule", "verdict", "reasons"], v.EnumerateObject().Select(p => p.Name)));
        var redacted = Assert.Single(unknown, v => v.GetProperty("line").GetInt32() == 3);
        Assert.Equal("redacted", Assert.Single(redacted.GetProperty("reasons").EnumerateArray()).GetString());
        var id = Guid.Parse(redacted.GetProperty("rule").GetString()!);
        Assert.Equal(5, id.Version);
    }

    [Fact]
    public async Task A_rule_without_id_level_and_name_gets_them()
    {
        var rules = AuditLine.Rules(("bare.yml", Bare.Replace("requestObject.stringData.k|startswith: a", "verb: create", StringComparison.Ordinal).Replace("product: windows, service: sysmon", "product: kubernetes, service: audit", StringComparison.Ordinal)));
        await File.WriteAllBytesAsync(Path.Combine(_folder, "a.log"), AuditLine.Utf8(AuditLine.Of("one", verb: "create")), TestContext.Current.CancellationToken);
        var alert = JsonDocument.Parse(Assert.Single((await AuditWatchCommand.RunAsync(["scan", "a.log", "--rules", rules], null, _folder)).Lines)).RootElement;
        Assert.Equal("medium", alert.GetProperty("level").GetString());
        Assert.Equal(5, Guid.Parse(alert.GetProperty("rule").GetProperty("id").GetString()!).Version);
        Assert.Matches("^[a-z0-9]+([-_][a-z0-9]+)*$", alert.GetProperty("rule").GetProperty("name").GetString());
    }

    [Theory]
    [InlineData("match")]
    [InlineData("scan")]
    public async Task A_rule_that_cannot_be_loaded_is_exit_2_with_its_place(string command)
    {
        var rules = AuditLine.Rules(("broken.yml", Bare.Replace("condition: selection", "condition: nothing", StringComparison.Ordinal)));
        await File.WriteAllBytesAsync(Path.Combine(_folder, "a.log"), AuditLine.Utf8(AuditLine.Of("one")), TestContext.Current.CancellationToken);
        string[] arguments = command == "match" ? ["rules", "match"] : ["scan"];
        var result = await AuditWatchCommand.RunAsync([.. arguments, "a.log", "--rules", rules], null, _folder);
        Assert.Equal((2, ""), (result.ExitCode, result.Output));
        Assert.Contains("broken.yml:6:", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Findings_are_told_to_machines_as_JSON_and_as_SARIF()
    {
        var rules = AuditLine.Rules(("broken.yml", Bare.Replace("condition: selection", "condition: nothing", StringComparison.Ordinal)));
        var json = await RunAsync("lint", "--rules", rules, "--format", "json");
        Assert.Equal(1, json.ExitCode);
        var finding = Assert.Single(JsonDocument.Parse(json.Output).RootElement.EnumerateArray(), f => f.GetProperty("level").GetString() == "error");
        Assert.Equal(["code", "level", "file", "line", "column", "rule", "message", "fix"], finding.EnumerateObject().Select(p => p.Name));
        Assert.Equal(6, finding.GetProperty("line").GetInt32());

        var sarif = await RunAsync("lint", "--rules", rules, "--format", "sarif");
        Assert.Equal(1, sarif.ExitCode);
        var report = JsonDocument.Parse(sarif.Output).RootElement;
        Assert.Equal("2.1.0", report.GetProperty("version").GetString());
        var result = Assert.Single(report.GetProperty("runs")[0].GetProperty("results").EnumerateArray(), r => r.GetProperty("level").GetString() == "error");
        Assert.Equal(finding.GetProperty("code").GetString(), result.GetProperty("ruleId").GetString());
        Assert.Equal(6, result.GetProperty("locations")[0].GetProperty("physicalLocation").GetProperty("region").GetProperty("startLine").GetInt32());
    }
}
