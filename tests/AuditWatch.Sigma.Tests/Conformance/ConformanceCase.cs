using AuditWatch.Sigma.Compilation;
using AuditWatch.Sigma.Evaluation;
using AuditWatch.Sigma.Parsing;

namespace AuditWatch.Sigma.Tests.Conformance;

/// <summary>One line of the page: what is expected of a detection, and of which event.</summary>
internal sealed record ConformanceCase(int Line, string Expected, string Detection, string Event, IReadOnlyList<string> Unseen)
{
    public const string RuleId = "5f6b1c3e-0c64-4f0b-9a50-8d8b0f4c2a11";

    /// <summary>A whole detection stands in braces; anything else is one item of a selection.</summary>
    string Body => Detection.StartsWith('{') ? "  " + Detection : "  selection:\n    " + Detection + "\n  condition: selection";

    string Document => $"title: A rule\nid: {RuleId}\nlogsource: {{product: kubernetes}}\ndetection:\n{Body}\n";

    /// <summary>Null when it is as the page says; otherwise what is there instead.</summary>
    public string? Check(Lists lists, IReadOnlyList<SigmaFilter> filters)
    {
        var said = Expected switch
        {
            "true" or "false" or "unknown" => Verdicts(lists, filters),
            _ => Expected.StartsWith("refused ", StringComparison.Ordinal) ? "refused " + Codes(lists, filters, ProblemSeverity.Error) : "warned " + Codes(lists, filters, ProblemSeverity.Warning),
        };
        return said == Expected ? null : $"line {Line}: {said} instead of {Expected}: {Detection} <- {Event}";
    }

    string Verdicts(Lists lists, IReadOnlyList<SigmaFilter> filters)
    {
        if (Codes(lists, filters, ProblemSeverity.Error) is { Length: > 0 } codes) return "refused " + codes;
        var schema = new AnyField();
        var rule = RuleCompiler.Compile(Rules.Parse(Document), schema, lists, filters, [])!;
        var unseen = Unseen.ToDictionary(f => f, _ => UnknownReason.LevelTooLow, StringComparer.Ordinal);
        // Interned or not, asked once or again: the answer is the same.
        var verdicts = new[] { Event, Event, Event + " " }.SelectMany(e => new[] { true, false }.Select(intern => rule.Evaluate(new JsonEvent(schema, e, unseen, intern)))).Distinct().ToArray();
        if (verdicts.Any(v => v.Truth == Truth.Unknown == (v.Why == UnknownReason.None))) return "a verdict whose reason does not fit";
        return string.Join(" and ", verdicts.Select(v => v.Truth).Distinct()).ToLowerInvariant();
    }

    string Codes(Lists lists, IReadOnlyList<SigmaFilter> filters, ProblemSeverity severity)
    {
        var parsed = SigmaParser.Parse(Document, "rule.yml");
        var problems = parsed.Problems.ToList();
        if (parsed.Documents is [SigmaRule rule]) RuleCompiler.Compile(rule, new AnyField(), lists, filters, problems);
        return string.Join(" ", problems.Where(p => p.Severity == severity).Select(p => p.Code).Distinct());
    }
}
