using AuditWatch.Sigma.Parsing;

namespace AuditWatch.Detection.Lint;

/// <summary>Words that no audit event carries.</summary>
static class VocabularyChecks
{
    public static void Check(LintedRule rule)
    {
        foreach (var use in rule.Uses)
        {
            if (use.Path == "verb") Verbs(rule, use);
            else if (use.Path == "objectRef.resource") Resources(rule, use);
            else if (AuditWords.Closed.TryGetValue(use.Path, out var words)) Words(rule, use, words);
            if (use.Path.StartsWith("annotations.", StringComparison.Ordinal) && use.Path.Contains("_k8s_io", StringComparison.Ordinal))
                rule.Error(LintCodes.AnnotationKey, use.Test.Place, $"No event has the annotation '{use.Path["annotations.".Length..]}'; a shipper rewrote its dots.",
                    $"Write '{use.Path.Replace("_k8s_io", ".k8s.io", StringComparison.Ordinal)}'.",
                    use.Path == use.Test.Field ? new Repair(RepairKind.Key, use.Test.Place.Line, use.Test.Place.Column, Key(use)) : null);
        }
    }

    static string Key(FieldUse use) => use.Path.Replace("_k8s_io", ".k8s.io", StringComparison.Ordinal) + string.Concat(use.Test.Modifiers.Select(m => "|" + m));

    static void Verbs(LintedRule rule, FieldUse use)
    {
        if (use.Literals is not { } written) return;
        foreach (var (verb, at) in written.Zip(use.Test.Values))
        {
            if (AuditWords.IsVerb(verb) || at.Kind != SigmaScalarKind.Text) continue;
            var fix = AuditWords.RightsOnly.TryGetValue(verb, out var deed) ? $"'{verb}' is a right, not a request: ask for {deed}."
                : AuditWords.VerbFor(verb) is { } meant ? $"Write '{meant}'." : $"There are {string.Join(", ", AuditWords.Verbs)}.";
            Report(rule, written.Any(AuditWords.IsVerb), LintCodes.Verb, at.Place, $"No request has the verb '{verb}'.", fix,
                verb.Equals("replace", StringComparison.OrdinalIgnoreCase) ? new Repair(RepairKind.Value, at.Place.Line, at.Place.Column, "update") : null);
        }
    }

    static void Resources(LintedRule rule, FieldUse use)
    {
        foreach (var value in use.Test.Values.Where(v => v.Text.Contains('/', StringComparison.Ordinal)))
        {
            var parts = value.Text.Split('/', 2);
            Report(rule, use.Test.Values.Any(v => !v.Text.Contains('/', StringComparison.Ordinal)), LintCodes.SubresourceInResource, value.Place,
                $"'{value.Text}' is no resource: the subresource stands in a field of its own.", $"Write 'objectRef.resource: {parts[0]}' and 'objectRef.subresource: {parts[1]}'.");
        }
    }

    static void Words(LintedRule rule, FieldUse use, string[] words)
    {
        if (use.Literals is not { } written) return;
        foreach (var (word, at) in written.Zip(use.Test.Values))
        {
            if (words.Contains(word, StringComparer.OrdinalIgnoreCase) || at.Kind is SigmaScalarKind.Boolean) continue;
            Report(rule, written.Any(w => words.Contains(w, StringComparer.OrdinalIgnoreCase)), LintCodes.Word, at.Place, $"'{use.Path}' is never '{word}'.", $"It is one of {string.Join(", ", words)}.");
        }
    }

    // A value among good ones is only of no use; alone it keeps the rule from ever firing.
    static void Report(LintedRule rule, bool hasOthers, string code, Place place, string message, string fix, Repair? repair = null)
    {
        if (hasOthers) rule.Warn(code, place, message, fix, repair);
        else rule.Error(code, place, message, fix, repair);
    }
}
