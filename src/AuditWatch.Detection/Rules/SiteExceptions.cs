using AuditWatch.Detection.Alerts;
using AuditWatch.Detection.EventLayer;
using AuditWatch.Sigma.Evaluation;
using AuditWatch.Sigma.Parsing;
using SigmaCompiler = AuditWatch.Sigma.Compilation.RuleCompiler;

namespace AuditWatch.Detection.Rules;

/// <summary>
/// Reads a site's exceptions: Sigma filters with <c>auditwatch: {owner, reason, expires}</c>. Where a filter's condition is false on an event, the site expects the
/// event: the sighting stays, the alert is hidden.
/// </summary>
static class SiteExceptions
{
    public static IReadOnlyList<(SigmaFilter Filter, SiteExceptionRule Rule)> Load(IReadOnlyList<string> dirs, IListSource lists, ICollection<Problem> problems) =>
        Compile(dirs.SelectMany(RuleFiles.Yaml).SelectMany(f => RuleFiles.Parse(f, problems)), lists, problems);

    /// <summary>The one exception of a text; null when there is none, or it cannot be read.</summary>
    public static (SigmaFilter Filter, SiteExceptionRule Rule)? Read(string text, string name, IListSource lists, ICollection<Problem> problems)
    {
        var parsed = SigmaParser.Parse(text, name);
        foreach (var problem in parsed.Problems) problems.Add(problem);
        return Compile(parsed.Documents, lists, problems) is [var only, ..] ? only : null;
    }

    static List<(SigmaFilter Filter, SiteExceptionRule Rule)> Compile(IEnumerable<SigmaDocument> documents, IListSource lists, ICollection<Problem> problems)
    {
        var exceptions = new List<(SigmaFilter, SiteExceptionRule)>();
        foreach (var document in documents)
        {
            if (document is not SigmaFilter filter)
            {
                problems.Add(new Problem("AW1520", ProblemSeverity.Error, document.File, document.Line, 1, document.Name, "This is no Sigma filter, so it excepts nothing.", "Write a document with 'filter:', or move the rule to a rule folder."));
                continue;
            }

            if (Compile(filter, lists, problems) is { } rule) exceptions.Add((filter, rule));
        }

        return exceptions;
    }

    static SiteExceptionRule? Compile(SigmaFilter filter, IListSource lists, ICollection<Problem> problems)
    {
        var ours = filter.Custom.GetValueOrDefault("auditwatch") as IReadOnlyDictionary<string, object?>;
        var owner = Text(ours, "owner");
        var reason = Text(ours, "reason");
        var expires = Text(ours, "expires");
        if (owner is null || reason is null)
            return Refuse("AW1521", "The exception does not say who answers for it, and why.", "Add 'auditwatch: {owner: …, reason: …, expires: YYYY-MM-DD}'.");
        var until = long.MaxValue;
        if (expires is not null && !EventTime.TryParse(expires, out until))
            return Refuse("AW1522", $"'{expires}' is no date.", "Write 'expires: YYYY-MM-DD'.");
        // The filter's condition as a rule of its own.
        var rule = new SigmaRule { File = filter.File, Line = filter.Line, Id = filter.Id, Name = filter.Name, Title = filter.Title, LogSource = filter.LogSource, Detection = filter.Detection };
        return SigmaCompiler.Compile(rule, AuditFieldSchema.Instance, lists, [], problems) is { } passes
            ? new SiteExceptionRule(filter.Id, filter.Title, owner, reason, until, passes)
            : null;

        SiteExceptionRule? Refuse(string code, string message, string fix)
        {
            problems.Add(new Problem(code, ProblemSeverity.Error, filter.File, filter.Line, 1, filter.Name, message, fix));
            return null;
        }
    }

    static string? Text(IReadOnlyDictionary<string, object?>? map, string key) =>
        map?.GetValueOrDefault(key) is { } value && Convert.ToString(value, System.Globalization.CultureInfo.InvariantCulture) is { Length: > 0 } text ? text : null;
}
