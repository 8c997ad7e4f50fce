using AuditWatch.Detection.Lint;
using AuditWatch.Detection.Rules;
using AuditWatch.Events.Model;
using AuditWatch.Sigma.Parsing;

namespace AuditWatch.Detection.Explain;

/// <summary>Which events a rule could hold on, and what the audit policy must record for it.</summary>
/// <param name="Resources">objectRef.resource must be one of them; null when any will do.</param>
/// <param name="Subresources">objectRef.subresource, likewise.</param>
/// <param name="Verbs">verb, likewise.</param>
/// <param name="Stages">stage, likewise.</param>
/// <param name="Level">The lowest audit level at which it can be true.</param>
/// <param name="Fields">What it reads, filters included.</param>
public sealed record RuleNeeds(
    IReadOnlyList<string>? Resources, IReadOnlyList<string>? Subresources, IReadOnlyList<string>? Verbs, IReadOnlyList<string>? Stages, string Level, IReadOnlyList<string> Fields)
{
    internal static RuleNeeds Of(EventRule rule)
    {
        var linted = new LintedRule((SigmaRule)rule.Compiled.Source, rule.Compiled, [], []);
        return new(Values("objectRef.resource"), Values("objectRef.subresource"), Values("verb"), Values("stage"), linted.LevelNeeded.ToString(), rule.Compiled.Fields);

        IReadOnlyList<string>? Values(string field) => rule.Compiled.PossibleValues(field) is { } values ? [.. values.Order(StringComparer.Ordinal)] : null;
    }
}
