using System.Globalization;
using AuditWatch.Detection.Explain;

namespace AuditWatch.Detection.Counting;

// What windows hold, for an explanation.
sealed partial class CountedTable
{
    const int MostNamed = 20;

    /// <summary>The window of a match's group that ends at a time; null when there is none.</summary>
    public TracedWindow? Window(Capture capture, long at)
    {
        var groups = _rules[capture.Rule.Identity.Id].Groups;
        return capture.Group is null || groups.Find(capture.Group) is not (>= 0 and var place) ? null : Describe(groups.Peek(place), at);
    }

    /// <summary>A correlation's windows, those with most requests first.</summary>
    public IReadOnlyList<TracedWindow> OpenWindows(string ruleId, long at, int most) => !_rules.TryGetValue(ruleId, out var counted) ? [] :
        [.. counted.Groups.All.Select(g => Describe(g, at)).Where(w => w.Requests > 0).OrderByDescending(w => w.Requests).ThenBy(w => string.Join('\n', w.Group.Values), StringComparer.Ordinal).Take(most)];

    static TracedWindow Describe(CountedGroup group, long at)
    {
        var rule = group.Rule;
        var window = group.Window(at);
        List<string> wanted = [.. rule.Source.Bounds.Select(b => string.Create(CultureInfo.InvariantCulture, $"{b.Operator} {b.Value}"))];
        if (rule.IsTemporal) wanted.Add(rule.Source.Condition?.Text ?? $"{(rule.Source.Type == Sigma.Parsing.CorrelationType.TemporalOrdered ? "in this order: " : "all of ")}{string.Join(", ", rule.Source.Rules)}");
        wanted.AddRange(rule.Metrics.Select(m => string.Create(CultureInfo.InvariantCulture, $"{m.Rule ?? "all"} {m.Field ?? "requests"} {string.Join(", ", m.Bounds.Select(b => $"{b.Operator} {b.Value}"))}")));
        if (rule.Source.Extensions.Usual is { } usual) wanted.Add(string.Create(CultureInfo.InvariantCulture, $"at least {usual.Times} times what is usual for the group"));
        var newest = window[Math.Max(0, window.Length - MostNamed)..].ToArray();
        return new(GroupEvidence.Name(rule.Source.GroupBy, group.Values), rule.OpenedAfter(at), at, window.Length, group.Number(at), wanted, [.. newest.Select(r => new TracedRequest(r.Request.AuditId, r.AtMicros, r.Value))]);
    }
}
