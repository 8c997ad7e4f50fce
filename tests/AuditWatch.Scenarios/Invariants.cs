using AuditWatch.Detection.Lint;
using AuditWatch.Detection.Rules;
using AuditWatch.Detection.Testing;
using AuditWatch.Sigma.Parsing;
using AuditWatch.Testing;

namespace AuditWatch.Scenarios;

/// <summary>What holds of every shipped detection, whoever writes it.</summary>
public sealed class Invariants
{
    static readonly string Folder = Path.Combine(Checkout.Root, "detections");
    static readonly IReadOnlyList<SigmaDocument> Rules = Replay.Rules.Documents;
    static readonly IReadOnlyList<SigmaDocument> Correlations = [.. Replay.Rules.Correlations.All.Select(c => c.Source)];

    [Fact]
    public void Every_id_and_every_name_is_there_once()
    {
        var chains = Replay.Rules.Chains.Rules.Select(c => (c.Name, Id: Detection.Reasoning.ChainIdentity.IdOf((Type)c.Properties[NRules.Fluent.RuleProperties.ClrType])));
        var all = Rules.Concat(Correlations).Select(d => (d.Name, d.Id)).Concat(chains).ToList();
        Assert.Empty(all.GroupBy(a => a.Id, StringComparer.OrdinalIgnoreCase).Where(g => g.Count() > 1).SelectMany(g => g));
        Assert.Empty(all.GroupBy(a => a.Name, StringComparer.OrdinalIgnoreCase).Where(g => g.Count() > 1).SelectMany(g => g));
        Assert.All(Rules.Concat(Correlations), d => Assert.True(d.HasOwnId && Guid.TryParse(d.Id, out _), d.Name));
    }

    [Fact]
    public void A_file_is_called_by_the_behaviour_and_lies_with_its_tactic()
    {
        Assert.All(Rules, rule =>
        {
            Assert.Equal(rule.Name + ".yml", Path.GetFileName(rule.File));
            Assert.Contains(Path.GetFileName(Path.GetDirectoryName(rule.File)), AttackTags.Tactics(rule.Tags));
        });
        Assert.All(Correlations, c => Assert.Equal((c.Name + ".yml", "correlations"), (Path.GetFileName(c.File), Path.GetFileName(Path.GetDirectoryName(c.File)))));
    }

    [Fact]
    public void A_rule_says_what_it_is_worth_and_what_to_do_with_it()
    {
        Assert.All(Rules.Concat(Correlations), document =>
        {
            Assert.True(document.Custom.GetValueOrDefault("auditwatch") is IReadOnlyDictionary<string, object?> ours
                && ours.ContainsKey("level_reason") && ours.ContainsKey("requires") && ours.ContainsKey("entities") && ours.GetValueOrDefault("runbook") is IReadOnlyList<object?> { Count: >= 1 and <= 4 }, document.Name);
            Assert.True(document.FalsePositives.Count > 0, document.Name);
            Assert.True(document.Description.Split(". ").Length >= 2, $"{document.Name} says in one sentence what it finds, why it matters and what it cannot see.");
            Assert.Contains(document.Status, new[] { "experimental", "test", "stable" });
        });
    }

    [Fact]
    public void Every_rule_has_a_case_that_fires_two_that_do_not_and_one_that_admits_that_it_cannot_tell_where_a_body_is_read()
    {
        var faults = new List<string>();
        foreach (var rule in Rules)
        {
            var problems = new List<Problem>();
            var file = Path.Combine(Folder, Path.GetFileName(Path.GetDirectoryName(rule.File))!, rule.Name + ".tests.yml");
            var cases = File.Exists(file) ? RuleTestFile.Read(file, problems).Where(c => c.Rule == rule.Id).ToList() : [];
            Assert.Empty(problems);
            if (!cases.Any(c => c.Expect == "fire")) faults.Add($"{rule.Name}: no case fires");
            if (cases.Count(c => c.Expect == "silent") < 2) faults.Add($"{rule.Name}: fewer than two cases stay silent");
            // A rule that asks for the audit level itself has an answer without a body.
            var text = File.ReadAllText(Path.Combine(Path.GetDirectoryName(file)!, rule.Name + ".yml"));
            var readsBody = text.Split('\n').Any(l => l.TrimStart(' ', '-') is { } key && (key.StartsWith("requestObject", StringComparison.Ordinal) || key.StartsWith("responseObject", StringComparison.Ordinal)));
            if (readsBody && !text.Contains("aw.audit_level", StringComparison.Ordinal) && !cases.Any(c => c.Expect == "unknown")) faults.Add($"{rule.Name}: reads a body, and no case says when it cannot tell");
        }

        Assert.True(faults.Count == 0, string.Join('\n', faults));
    }

    [Fact]
    public void Lists_and_exceptions_say_whose_they_are_and_why()
    {
        foreach (var file in Directory.EnumerateFiles(Path.Combine(Folder, "lists"), "*.yml", SearchOption.AllDirectories).Concat(Directory.EnumerateFiles(Path.Combine(Folder, "filters"), "*.yml", SearchOption.AllDirectories)))
        {
            var text = File.ReadAllText(file);
            Assert.True(text.Contains("owner:", StringComparison.Ordinal) && text.Contains("reason:", StringComparison.Ordinal), Path.GetRelativePath(Folder, file) + " has no owner or no reason.");
        }
    }
}
