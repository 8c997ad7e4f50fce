using AuditWatch.Detection.Alerts;
using AuditWatch.Detection.Counting;
using AuditWatch.Sigma.Correlation;
using AuditWatch.Sigma.Parsing;

namespace AuditWatch.Detection.EventLayer;

/// <summary>Reads what a rule with <c>suppress</c> is told once per.</summary>
sealed class SuppressionFields(IReadOnlyList<int> slots, long forMicros)
{
    /// <summary>Null when the rule does not suppress; a field that no event can have is a problem.</summary>
    public static SuppressionFields? Of(SigmaDocument rule, ICollection<Problem> problems)
    {
        if (rule.Extensions.Suppress is not { } suppress) return null;
        var slots = new List<int>();
        foreach (var field in suppress.By)
        {
            if (AuditFieldSchema.Instance.TryBind(field, out var slot, out var problem)) slots.Add(slot);
            else problems.Add(new Problem("AW1203", ProblemSeverity.Error, rule.File, rule.Line, 1, rule.Name, problem ?? $"No event has a field '{field}'.", "Correct the field name in 'suppress'; no alert could ever join another."));
        }

        return new SuppressionFields(slots, (long)suppress.For.TotalMicroseconds);
    }

    /// <summary>Null when the event lacks a field: what cannot be told apart is told by itself.</summary>
    public SuppressionKey? Take(AuditEventView view) =>
        CapturedFields.Texts(view, slots) is { } texts ? new SuppressionKey(DistinctWindow.Tuple(texts), forMicros) : null;
}
