using System.Text.Json;
using AuditWatch.Detection.Lint;
using AuditWatch.Detection.Rules;
using AuditWatch.Sigma.Parsing;

namespace AuditWatch.Detection.Tests.Lint;

/// <summary><c>rules lint --fix</c>: what is repaired, and that nothing else is touched.</summary>
public sealed class Repairs
{
    const string Before = """
        # Ours, since spring.
        title: Exec   # by anybody
        tags:
          - attack.T1522          # was renamed
          - attack.Privilege_Escalation
          - attack.t1609
        level: high
        logsource: {product: kubernetes, service: audit}
        # Streams are opened in two ways.
        detection:
          exec:
            objectRef.resource: pods
            objectRef.subresource: exec
            verb: "create"   # SPDY
          shell:
            'aw.exec.command[any]|contains': [sh]
          condition: exec and shell

        # The next document.
        ---
        title: Config removed
        id: 3c4c7c6e-0b5a-4b1d-9d0e-5a9e1c2f7b10
        logsource: {product: kubernetes, service: audit}
        detection:
          selection:
            objectRef.resource: configmaps
            verb:
              - delete   # one by one
              - replace
            annotations.authorization_k8s_io/decision|startswith: allow
            aw.outcome: success
            aw.dry_run: false
          condition: selection
        level: low

        """;

    const string After = """
        # Ours, since spring.
        title: Exec   # by anybody
        sigma-version: 3
        id: {id}
        logsource: {product: kubernetes, service: audit}
        # Streams are opened in two ways.
        detection:
          exec:
            objectRef.resource: pods
            objectRef.subresource: exec
            verb: ["create", get]   # SPDY
          shell:
            'aw.exec.command[any]|contains': [sh]
          condition: exec and shell
        level: high
        tags:
          - attack.t1552.005          # was renamed
          - attack.privilege-escalation
          - attack.t1609

        # The next document.
        ---
        title: Config removed
        id: 3c4c7c6e-0b5a-4b1d-9d0e-5a9e1c2f7b10
        logsource: {product: kubernetes, service: audit}
        detection:
          selection:
            objectRef.resource: configmaps
            verb:
              - deletecollection
              - delete   # one by one
              - update
            annotations.authorization.k8s.io/decision|startswith: allow
            aw.outcome: success
            aw.dry_run: false
          condition: selection
        level: low

        """;

    [Theory]
    [InlineData("\n", false)]
    [InlineData("\r\n", true)]
    public void What_is_safe_is_repaired_and_all_the_rest_stays_to_the_letter(string lineEnd, bool hasMark)
    {
        using var folder = new RuleFolder().Add("two.yml", (hasMark ? "\uFEFF" : "") + Before.Replace("\n", lineEnd, StringComparison.Ordinal));
        var id = SigmaParser.Parse(Before, "").Documents[0].Id;
        var made = RuleFixes.Apply(RuleSources.Only([folder.Dir]));
        Assert.Equal([Path.Combine(folder.Dir, "two.yml")], made.Keys);
        var bytes = File.ReadAllBytes(Path.Combine(folder.Dir, "two.yml"));
        Assert.Equal(hasMark, bytes[0] == 0xEF);
        Assert.Equal(After.Replace("{id}", id, StringComparison.Ordinal).Replace("\n", lineEnd, StringComparison.Ordinal), File.ReadAllText(Path.Combine(folder.Dir, "two.yml")));
        Assert.Empty(RuleFixes.Apply(RuleSources.Only([folder.Dir])));
        Assert.DoesNotContain(folder.Lint().Findings, f => f.Repair is not null);
        Assert.Equal(["two.yml"], Directory.EnumerateFiles(folder.Dir).Select(Path.GetFileName));
    }

    [Fact]
    public void What_a_repaired_rule_finds_is_what_it_found_but_for_what_was_missing()
    {
        var text = RuleFolderText("name: Reader of Things\ndate: 2026-11-25\ndetection:\n  selection:\n    verb: get\n  condition: selection\nauthor: Us\nlevel: high\nauditwatch: {requires: {level: Metadata}, alert: false}\nx-ours: kept\n");
        using var folder = new RuleFolder().Add("a.yml", text);
        Assert.NotEmpty(RuleFixes.Apply(RuleSources.Only([folder.Dir])));
        var (old, now) = (SigmaParser.Parse(text, "").Documents[0], SigmaParser.Parse(File.ReadAllText(Path.Combine(folder.Dir, "a.yml")), "").Documents[0]);
        Assert.Equal((old.Id, old.Name, old.Level, old.Author, old.Date, "kept"), (now.Id, now.Name, now.Level, now.Author, now.Date, now.Custom["x-ours"]));
        Assert.Equal(["name", "title", "id", "author", "date", "logsource", "detection", "level", "x-ours", "auditwatch"], now.Keys);
    }

    [Theory]
    [InlineData("selection: &s\n    verb: get\n  condition: selection\nlevel: low\ntitle: Late\nlogsource: {product: kubernetes}\n", "anchors")]
    [InlineData("selection:\n    verb: get\n    verb: list\n  condition: selection\nlevel: low\ntitle: Late\nlogsource: {product: kubernetes}\n", "no sound YAML")]
    public void What_cannot_be_moved_safely_is_left_as_it_is(string text, string why)
    {
        using var folder = new RuleFolder().Add("a.yml", "id: 3c4c7c6e-0b5a-4b1d-9d0e-5a9e1c2f7b10\ndetection:\n  " + text);
        var before = File.ReadAllText(Path.Combine(folder.Dir, "a.yml"));
        Assert.Empty(RuleFixes.Apply(RuleSources.Only([folder.Dir])));
        Assert.True(before == File.ReadAllText(Path.Combine(folder.Dir, "a.yml")), why);
    }

    [Fact]
    public void A_level_that_is_stated_too_low_is_raised()
    {
        using var folder = new RuleFolder().Rule("detection:\n  selection:\n    aw.pod.host_network: true\n    aw.dry_run: false\n  condition: selection\nauditwatch:\n  requires: {level: Metadata}   # thought so\n");
        RuleFixes.Apply(RuleSources.Only([folder.Dir]));
        Assert.Contains("  requires: {level: Request}   # thought so\n", File.ReadAllText(Path.Combine(folder.Dir, "rule.yml")), StringComparison.Ordinal);
    }

    [Fact]
    public void Every_retired_technique_became_one_that_exists() =>
        Assert.All(RetiredTechniques.All, r => Assert.Equal((false, true), (AttackCatalog.Exists(r.Key), AttackCatalog.Exists(r.Value))));

    [Fact]
    public void Sarif_says_what_to_replace()
    {
        using var folder = new RuleFolder().Rule("detection:\n  selection:\n    objectRef.resource: pods\n    objectRef.subresource: exec\n    verb: create\n  condition: selection\n");
        using var sarif = JsonDocument.Parse(SarifReport.Write(folder.Lint().Findings).ToArray());
        var result = sarif.RootElement.GetProperty("runs")[0].GetProperty("results").EnumerateArray().Single(r => r.GetProperty("ruleId").GetString() == "AW2012");
        var replacement = result.GetProperty("fixes")[0].GetProperty("artifactChanges")[0].GetProperty("replacements")[0];
        Assert.Equal("""{"startLine":8,"startColumn":11,"endLine":8,"endColumn":17}""", replacement.GetProperty("deletedRegion").GetRawText());
        Assert.Equal("[create, get]", replacement.GetProperty("insertedContent").GetProperty("text").GetString());
    }

    static string RuleFolderText(string part) => "title: Things read\nlogsource: {product: kubernetes}\n" + part;
}
