using AuditWatch.Detection.Counting;
using AuditWatch.Detection.Reasoning;
using AuditWatch.Detection.Rules;
using AuditWatch.Detection.Scanning;
using AuditWatch.Events.Framing;
using AuditWatch.Sigma.Parsing;

namespace AuditWatch.Detection.Explain;

/// <summary>
/// Explains what a correlation or a chain makes of a history: every match that it was given, the window or the steps that it found with it, whether it held and why, and what
/// became of that. The engine itself is asked while it judges, so that an explanation cannot say anything else than the engine does.
/// </summary>
public sealed class HistoryExplanation
{
    readonly RuleSnapshot _rules;
    readonly CorrelationRule? _correlation;
    readonly Story? _story;

    HistoryExplanation(RuleSnapshot rules, RuleIdentity rule, CorrelationRule? correlation, Story? story)
    {
        (_rules, Rule, _correlation, _story) = (rules, rule, correlation, story);
        Exceptions = correlation is null ? [] : [.. correlation.Exceptions.Select(x => x.Id)];
    }

    /// <summary>The rule.</summary>
    public RuleIdentity Rule { get; }

    /// <summary>The site's exceptions to it.</summary>
    public IReadOnlyList<string> Exceptions { get; }

    /// <summary>What it asks for, a line each.</summary>
    public IReadOnlyList<string> Asks => _correlation is { } c ? AsksOf(c.Source) : [$"the steps {string.Join(", then ", _story!.StepNames)}", $"around one {_story.By.ToString().ToLowerInvariant()}, within {TimeSpan.FromMicroseconds(_story.WithinMicros)}", $"one alert per {_story.Anchor}"];

    /// <summary>The explanation of a correlation or a chain by id or name; null when there is none of that name.</summary>
    public static HistoryExplanation? Of(RuleSnapshot rules, string rule)
    {
        ArgumentNullException.ThrowIfNull(rules);
        if (rules.Correlations.All.FirstOrDefault(c => c.Source.IsCalled(rule)) is { } correlation) return new(rules, correlation.Identity, correlation, null);
        return rules.Chains.Types
            .Select(t => (Story: ChainCatalog.StoryOf(t), Identity: ChainIdentity.Of(rules.Chains.RuleOf(t), "", ChainCatalog.StoryOf(t))))
            .Where(c => c.Identity.Id.Equals(rule, StringComparison.OrdinalIgnoreCase) || c.Identity.Name.Equals(rule, StringComparison.OrdinalIgnoreCase))
            .Select(c => new HistoryExplanation(rules, c.Identity, null, c.Story)).FirstOrDefault();
    }

    /// <summary>Judges all inputs as one history. What matched, in the order in which it was judged; and the windows that were open at the end.</summary>
    public (IReadOnlyList<TracedMatch> Matches, IReadOnlyList<TracedWindow> Open) Run(IReadOnlyList<InputFile> inputs, ScanOptions options, CancellationToken stop = default)
    {
        var trace = new RuleTrace(Rule.Id, Rule.Name);
        new ScanRun(_rules, options) { Trace = trace }.Run(inputs, stop);
        return (trace.Matches, trace.Open);
    }

    static IReadOnlyList<string> AsksOf(SigmaCorrelation c)
    {
        List<string> asks = [$"{TypeOf(c)} of {string.Join(", ", c.Rules)}", $"grouped by {(c.GroupBy.Count == 0 ? "nothing" : string.Join(", ", c.GroupBy))}, within {c.Timespan}"];
        if (c.Fields.Count > 0) asks.Add($"counted: {string.Join(", ", c.Fields)}");
        if (c.Bounds.Count > 0) asks.Add($"bounds: {string.Join(", ", c.Bounds.Select(b => string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{b.Operator} {b.Value}")))}");
        if (c.Condition is { } condition) asks.Add($"condition: {condition.Text}");
        if (c.Extensions.Suppress is { } suppress) asks.Add($"told once per {string.Join(", ", suppress.By)} in {suppress.For}");
        return asks;
    }

    static string TypeOf(SigmaCorrelation c) => c.Extensions.FirstSeen is not null ? "first sight" : c.Extensions.Absence is not null ? "silence" : c.Type switch
    {
        CorrelationType.EventCount => "number of requests",
        CorrelationType.ValueCount => "number of distinct values",
        CorrelationType.Temporal => "all in one window",
        CorrelationType.TemporalOrdered => "in their order",
        var type => type.ToString()["Value".Length..].ToLowerInvariant() + " of values",
    };
}
