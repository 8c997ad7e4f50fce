using AuditWatch.Events.Model;
using AuditWatch.Sigma.Parsing;

namespace AuditWatch.Detection.Lint;

/// <summary>What is said about a rule: tags, level needed, tests, and the keys that our own rules carry.</summary>
static class HouseChecks
{
    static readonly string[] OurKeys = ["level_reason", "requires", "entities", "runbook"];

    public static void Check(LintedRule rule)
    {
        Attack(rule);
        var ours = rule.Rule.Custom.GetValueOrDefault("auditwatch") as IReadOnlyDictionary<string, object?> ?? new Dictionary<string, object?>();
        Keys(rule, ours);
        Level(rule, ours);
        if (rule.Cases.Count > 0 && rule.LevelNeeded > AuditLevel.Metadata && !rule.Cases.Any(c => c.Expect == "unknown"))
            rule.Warn(LintCodes.NoUnknownCase, rule.Start, "The rule reads a body, and no case beside it shows what it says when the body was not logged.", "Add a case at level Metadata with 'expect: unknown'.");
    }

    static void Attack(LintedRule rule)
    {
        foreach (var tag in rule.Rule.Tags.Where(t => t.StartsWith("attack.", StringComparison.OrdinalIgnoreCase)))
        {
            var word = tag["attack.".Length..];
            if (word.Length > 1 && word[0] is 't' or 'T' && char.IsAsciiDigit(word[1]))
            {
                if (AttackCatalog.Exists(word.ToUpperInvariant()) is not { } exists) rule.Note(LintCodes.Technique, rule.Start, $"'{tag}' is newer than the catalogue of this version.", null);
                else if (!exists) NoTechnique(rule, tag, word.ToUpperInvariant());
            }
            else if (!(word.Length > 1 && word[0] is 'g' or 's' or 'G' or 'S' && char.IsAsciiDigit(word[1])) && !AttackCatalog.Tactics.Contains(word.ToLowerInvariant().Replace('_', '-')))
            {
                rule.Error(LintCodes.Tactic, rule.Start, $"ATT&CK has no tactic '{word}'.", $"There are {string.Join(", ", AttackCatalog.Tactics)}.");
            }
        }
    }

    static void NoTechnique(LintedRule rule, string tag, string technique)
    {
        if (RetiredTechniques.Successor(technique) is { } now)
            rule.Error(LintCodes.Technique, rule.Start, $"ATT&CK has retired {technique}; it is {now} now.", $"Write 'attack.{now.ToLowerInvariant()}'.", new Repair(RepairKind.Tag, rule.Rule.Line, 1, "attack." + now.ToLowerInvariant(), tag));
        else
            rule.Error(LintCodes.Technique, rule.Start, $"ATT&CK has no technique {technique}.", "Look it up at attack.mitre.org.");
    }

    static void Keys(LintedRule rule, IReadOnlyDictionary<string, object?> ours)
    {
        var missing = new List<string>();
        if (rule.Rule.Description.Length == 0) missing.Add("description");
        if (rule.Rule.Author.Length == 0) missing.Add("author");
        if (rule.Rule.Date.Length == 0) missing.Add("date");
        if (rule.Rule.FalsePositives.Count == 0) missing.Add("falsepositives");
        if (!rule.Rule.Tags.Any(t => t.StartsWith("attack.t", StringComparison.OrdinalIgnoreCase))) missing.Add("a technique among the tags");
        missing.AddRange(OurKeys.Where(k => !ours.ContainsKey(k)).Select(k => "auditwatch." + k));
        if (rule.Cases.Count == 0) missing.Add("a file of test cases");
        if (missing.Count > 0) rule.Note(LintCodes.HouseKeys, rule.Start, $"Our own rules have {string.Join(", ", missing)}; this one does not.", "See detections/README.md.");
    }

    static void Level(LintedRule rule, IReadOnlyDictionary<string, object?> ours)
    {
        if (ours.GetValueOrDefault("requires") is not IReadOnlyDictionary<string, object?> requires || requires.GetValueOrDefault("level") is not string stated) return;
        if (Enum.TryParse<AuditLevel>(stated, out var says) && says < rule.LevelNeeded)
            rule.Warn(LintCodes.RequiredLevel, rule.Start, $"The rule says it needs level {stated}, but cannot fire below {rule.LevelNeeded}.", $"Write 'requires: {{level: {rule.LevelNeeded}}}'.",
                new Repair(RepairKind.Member, rule.Rule.Line, 1, rule.LevelNeeded.ToString(), "auditwatch/requires/level"));
    }
}
