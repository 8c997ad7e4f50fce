using AuditWatch.Detection.Counting;
using AuditWatch.Detection.EventLayer;
using AuditWatch.Detection.Explain;
using AuditWatch.Detection.Rules;

namespace AuditWatch.Detection.Reasoning;

/// <summary>Writes down what one correlation or chain makes of what it is given, for an explanation. Asked beside the judging; it changes nothing.</summary>
sealed class RuleTrace(string ruleId, string ruleName)
{
    readonly Dictionary<Sighting, TracedMatch> _told = new(ReferenceEqualityComparer.Instance);

    public string RuleId => ruleId;

    public List<TracedMatch> Matches { get; } = [];

    /// <summary>The windows that were open at the end, those with most requests first.</summary>
    public IReadOnlyList<TracedWindow> Open { get; set; } = [];

    public bool Follows(RuleIdentity by) => by.Id == ruleId;

    public bool Follows(string chain) => chain == ruleName;

    public void Add(TracedMatch match, Sighting? found)
    {
        Matches.Add(match);
        if (found is not null) _told[found] = match;
    }

    /// <summary>What became of a finding.</summary>
    public void Became(Finding finding, string? alertId, bool isNew, bool isSuppressed)
    {
        if (!_told.TryGetValue(finding.End, out var match)) return;
        match.AlertId = alertId;
        match.Became = alertId is null ? "hidden" : isNew ? "raised" : isSuppressed ? "suppressed" : "joined";
    }

    /// <summary>What a correlation made of a match.</summary>
    public static TracedMatch Of(Sighting member, Capture capture, GroupEvidence? evidence, string because, string verdict, TracedWindow? window) => new()
    {
        Event = member.Event, Member = member.Rule, Group = capture.Group is null ? null : GroupEvidence.Name(capture.Rule.Source.GroupBy, capture.Group), Value = capture.Value,
        Verdict = evidence is not null ? "true" : verdict, Because = because, Window = window, Exceptions = capture.OwnExceptions,
    };

    /// <summary>What a chain made of the match that may end it.</summary>
    public static TracedMatch Of(Sighting end, Story story)
    {
        var verdict = story.Judge(end);
        var steps = story.Trace(end);
        var missing = steps.Where(s => s.Found is null).Select(s => s.Step).ToList();
        return new TracedMatch
        {
            Event = end.Event, Member = end.BlindRule ?? end.Rule, Steps = steps, Exceptions = end.Exceptions,
            Verdict = verdict.Evidence is not null ? "true" : verdict.Why != Sigma.Evaluation.UnknownReason.None ? "unknown" : "false",
            Because = verdict.Evidence is { } evidence ? $"All steps were seen around {evidence.Entity}."
                : verdict.Why != Sigma.Evaluation.UnknownReason.None ? $"It cannot be said: {string.Join(", ", UnknownReasons.Of(verdict.Why))}."
                : missing.Count > 0 ? $"Not seen before within its reach, around the same {story.By.ToString().ToLowerInvariant()}: {string.Join(", ", missing)}." : "What must hold of the steps does not.",
        };
    }
}
