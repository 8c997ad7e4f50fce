using AuditWatch.Sigma.Parsing;

namespace AuditWatch.Detection.Lint;

/// <summary>How a rule is written: an id of its own, the order of its keys, the spelling of its tags. All of it can be repaired.</summary>
static class TextChecks
{
    /// <summary>The order in which our own rules have their keys; others stand before <c>auditwatch</c>.</summary>
    public const string Order = "name title sigma-version id related taxonomy status description references author date modified logsource detection correlation filter fields falsepositives level tags auditwatch";

    static readonly string[] Keys = Order.Split(' ');

    /// <summary>Of a document of any kind.</summary>
    public static IEnumerable<Problem> Check(SigmaDocument document)
    {
        if (!document.HasOwnId)
            yield return Found(document, LintCodes.NoId, "The document has no id; one is made of its title and what it looks for, and changes with them: so do the ids of its alerts.", $"Write 'id: {document.Id}'.",
                new Repair(RepairKind.Head, document.Line, 1, "id: " + document.Id));
        foreach (var tag in document.Tags.Where(t => t.StartsWith("attack.", StringComparison.OrdinalIgnoreCase)))
        {
            var spelt = tag.ToLowerInvariant().Replace('_', '-');
            if (spelt != tag && !IsUnknownWord(spelt))
                yield return Found(document, LintCodes.TagSpelling, $"The tag '{tag}' is spelt otherwise in Sigma.", $"Write '{spelt}'.", new Repair(RepairKind.Tag, document.Line, 1, spelt, tag));
        }

        var places = document.Keys.Select(k => Array.IndexOf(Keys, k)).Where(p => p >= 0).ToArray();
        if (!places.SequenceEqual(places.Order()))
            yield return Found(document, LintCodes.KeyOrder, "The keys stand in another order than in our own rules.", $"The order is {string.Join(", ", Keys.Where(document.Keys.Contains))}.", new Repair(RepairKind.Order, document.Line, 1, Order));
    }

    // What is no technique and no tactic is a finding of its own.
    static bool IsUnknownWord(string tag) =>
        tag["attack.".Length..] is var word && (word.Length > 1 && word[0] == 't' && char.IsAsciiDigit(word[1]) ? AttackCatalog.Exists(word.ToUpperInvariant()) is false : !AttackCatalog.Tactics.Contains(word));

    static Problem Found(SigmaDocument document, string code, string message, string fix, Repair repair) =>
        new(code, ProblemSeverity.Info, document.File, document.Line, 1, document.Name, message, fix) { Repair = repair };
}
