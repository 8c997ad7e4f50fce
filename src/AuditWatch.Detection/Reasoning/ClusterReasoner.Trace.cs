using AuditWatch.Detection.Counting;
using AuditWatch.Detection.EventLayer;
using AuditWatch.Detection.Explain;

namespace AuditWatch.Detection.Reasoning;

// What is written down for an explanation. Only ever asked for one rule, offline.
sealed partial class ClusterReasoner
{
    /// <summary>The windows of a correlation that are open, those with most requests first.</summary>
    public IReadOnlyList<TracedWindow> OpenWindows(string ruleId, int most) => _counted.OpenWindows(ruleId, _watermark, most);

    string Tell(Finding finding)
    {
        var (raised, suppressed) = (_alerts.Raised, _alerts.Suppressed);
        var alert = _alerts.Take(finding, _stages);
        Trace?.Became(finding, alert, _alerts.Raised > raised, _alerts.Suppressed > suppressed);
        return alert;
    }

    void TellHidden(IReadOnlyList<Finding> visible)
    {
        foreach (var hidden in _dossiers.Findings.Except(visible)) Trace!.Became(hidden, null, isNew: false, isSuppressed: false);
    }

    object CountersOf(CorrelationRule rule) => rule.IsFirstSeen
        ? _firstSeen.Figures.First(f => f.Rule == rule.Identity.Name)
        : _counted.Figures.First(f => f.Rule == rule.Identity.Name);

    TracedMatch TraceOf(Sighting member, Capture capture, GroupEvidence? evidence, object before, bool isLate)
    {
        var window = capture.Rule.IsFirstSeen ? null : _counted.Window(capture, isLate ? _watermark : member.TimeMicros);
        var (because, verdict) = (before, CountersOf(capture.Rule)) switch
        {
            _ when evidence is not null => (capture.Rule.IsFirstSeen ? "It was not seen before within the timespan." : "The window holds what is wanted.", "true"),
            (FirstSeenFigures was, FirstSeenFigures now) when now.WithoutField > was.WithoutField => Missing(capture),
            (FirstSeenFigures was, FirstSeenFigures now) when now.NoBaseline > was.NoBaseline => ("It was not seen before, but was not watched for long enough to say that it is new (learning).", "unknown"),
            (FirstSeenFigures was, FirstSeenFigures now) when now.Forgotten > was.Forgotten => ("It may be among what had to be forgotten.", "unknown"),
            (FirstSeenFigures, _) => ("It was seen before within the timespan.", "false"),
            (CountedFigures was, CountedFigures now) when now.WithoutField > was.WithoutField => Missing(capture),
            (CountedFigures was, CountedFigures now) when now.TooLate > was.TooLate => ("It came after event time had passed its window: not counted.", "false"),
            (CountedFigures was, CountedFigures now) when now.NoBaseline > was.NoBaseline => ("The bounds hold, but the group was not watched for long enough to say what is usual for it.", "unknown"),
            _ when window is not null && capture.Rule.IsTemporal => (TemporalGap(capture.Rule, window), "false"),
            _ => ("The window does not hold what is wanted.", "false"),
        };
        return RuleTrace.Of(member, capture, evidence, because, verdict, window);
    }

    static (string Because, string Verdict) Missing(Capture capture) => (capture.Group is null
        ? $"Not counted: the event lacks a field to group by ({string.Join(", ", capture.Rule.Source.GroupBy)})."
        : $"Not counted: the event lacks what is counted ({string.Join(", ", capture.Rule.Source.Fields)}).", "unknown");

    static string TemporalGap(CorrelationRule rule, TracedWindow window)
    {
        var seen = window.Newest.Select(r => r.Value).ToHashSet(StringComparer.Ordinal);
        var missing = rule.Source.Rules.Where(r => !seen.Contains(r)).ToList();
        return missing.Count > 0 ? $"Not in the window: {string.Join(", ", missing)}." : "All are in the window, but not as the condition wants them (order, or one request for two steps).";
    }

    static TracedMatch TraceOf(Sighting member, Capture capture) => new()
    {
        Event = member.Event, Member = member.Rule, Group = capture.Group is null ? null : GroupEvidence.Name(capture.Rule.Source.GroupBy, capture.Group), Exceptions = capture.OwnExceptions,
        Verdict = capture.Group is null ? "unknown" : "false",
        Because = capture.Group is null ? Missing(capture).Because : "Seen: it is silent only when nothing of the kind follows within the timespan.",
    };

    static TracedMatch TraceOf(Presence silent, Sighting found) => new()
    {
        Event = silent.Last, Member = silent.Rule.Identity.Name, Group = found.Group!.GroupBy, Exceptions = found.Exceptions, Verdict = "true", Because = "Nothing of the kind followed within the timespan.",
    };
}
