using AuditWatch.Detection.Rules;
using AuditWatch.Detection.Testing;
using AuditWatch.Events.Model;
using AuditWatch.Sigma.Compilation;
using AuditWatch.Sigma.Parsing;

namespace AuditWatch.Detection.Lint;

/// <summary>A rule, laid out so that questions about its sense are short.</summary>
sealed class LintedRule
{
    readonly ICollection<Problem> _problems;

    public LintedRule(SigmaRule rule, CompiledRule? compiled, IReadOnlyList<RuleTestCase> cases, ICollection<Problem> problems)
    {
        (Rule, Compiled, Cases, _problems) = (rule, compiled, cases, problems);
        Uses = [.. rule.Detection.Selections.SelectMany(FieldUse.In)];
        Terms = [.. rule.Detection.Conditions.SelectMany(c => ConditionTerms.Of(c.Root, rule.Detection.Selections))];
    }

    public SigmaRule Rule { get; }

    public CompiledRule? Compiled { get; }

    public IReadOnlyList<RuleTestCase> Cases { get; }

    public IReadOnlyList<FieldUse> Uses { get; }

    /// <summary>The ways in which the condition can hold, each a list of selections that must (or must not) hold. Empty when there are too many.</summary>
    public IReadOnlyList<ConditionTerm> Terms { get; }

    public bool Wants(SigmaSelection selection) => Terms.Any(t => t.Wanted.Contains(selection));

    public bool Excludes(SigmaSelection selection) => Terms.Any(t => t.Refused.Contains(selection));

    public bool Reads(params string[] fields) => Uses.Any(u => fields.Contains(u.Path));

    /// <summary>The values that the field must have, lower-case; null when any may do.</summary>
    public IReadOnlySet<string>? Possible(string field) => Compiled?.PossibleValues(field);

    public bool IsOn(params string[] resources) => Possible("objectRef.resource") is { Count: > 0 } some && some.All(s => resources.Contains(s, StringComparer.OrdinalIgnoreCase));

    /// <summary>The lowest audit level at which the condition can hold.</summary>
    public AuditLevel LevelNeeded => Terms.Count == 0 ? AuditLevel.Metadata
        : Terms.Min(t => Uses.Where(u => t.Wanted.Contains(u.Selection) && !u.IsChoice).Select(u => LevelOf(u.Path)).DefaultIfEmpty(AuditLevel.Metadata).Max());

    public void Error(string code, Place place, string message, string? fix, Repair? repair = null) => Add(code, ProblemSeverity.Error, place, message, fix, repair);

    public void Warn(string code, Place place, string message, string? fix, Repair? repair = null) => Add(code, ProblemSeverity.Warning, place, message, fix, repair);

    public void Note(string code, Place place, string message, string? fix) => Add(code, ProblemSeverity.Info, place, message, fix);

    public Place Start => new(Rule.Line, 1);

    static AuditLevel LevelOf(string path) =>
        path.StartsWith("responseObject", StringComparison.Ordinal) ? AuditLevel.RequestResponse : BodyFields.IsInBody(path) ? AuditLevel.Request : AuditLevel.Metadata;

    void Add(string code, ProblemSeverity severity, Place place, string message, string? fix, Repair? repair = null) =>
        _problems.Add(new Problem(code, severity, Rule.File, place.Line, place.Column, Rule.Name, message, fix) { Repair = repair });
}
