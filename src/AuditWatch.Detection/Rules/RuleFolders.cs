using AuditWatch.Sigma.Parsing;

namespace AuditWatch.Detection.Rules;

/// <summary>What the rule folders hold, as written.</summary>
sealed record RuleFolders(
    IReadOnlyList<SigmaRule> Rules, IReadOnlyList<SigmaCorrelation> Correlations, IReadOnlyList<SigmaRule> PassedOver,
    IReadOnlyList<SigmaFilter> CommonFilters, IReadOnlyDictionary<string, IReadOnlyList<SigmaFilter>> ProfileFilters)
{
    /// <summary>Rules for alerts of Falco.</summary>
    public IReadOnlyList<SigmaRule> FalcoRules { get; private init; } = [];

    /// <summary>Rules for our own view.</summary>
    public IReadOnlyList<SigmaRule> HealthRules { get; private init; } = [];

    public static RuleFolders Read(RuleSources sources, ICollection<Problem> problems)
    {
        var rules = new Dictionary<string, SigmaRule>(StringComparer.OrdinalIgnoreCase);
        var correlations = new Dictionary<string, SigmaCorrelation>(StringComparer.OrdinalIgnoreCase);
        var passedOver = new List<SigmaRule>();
        var falco = new Dictionary<string, SigmaRule>(StringComparer.OrdinalIgnoreCase);
        var health = new Dictionary<string, SigmaRule>(StringComparer.OrdinalIgnoreCase);
        var common = new List<SigmaFilter>();
        var byProfile = new Dictionary<string, IReadOnlyList<SigmaFilter>>(StringComparer.Ordinal);
        foreach (var dir in sources.RuleDirs)
        {
            if (!Directory.Exists(dir))
                problems.Add(new Problem("AW1505", ProblemSeverity.Error, dir, 0, 0, null, "There is no such rule folder.", "Check the path."));
            foreach (var document in RuleFiles.ParseAll([.. RuleFiles.Rules(dir)], problems)) Add(document);
            if (sources.Filters) ReadFilters(Path.Combine(dir, "filters"));
        }

        foreach (var taken in correlations.Values.Where(c => rules.ContainsKey(c.Id)).ToList())
        {
            Taken(taken, rules[taken.Id]);
            correlations.Remove(taken.Id);
        }

        return new([.. rules.Values.OrderBy(r => r.Id, StringComparer.Ordinal)], [.. correlations.Values.OrderBy(c => c.Id, StringComparer.Ordinal)], passedOver, common, byProfile)
        {
            FalcoRules = [.. falco.Values.OrderBy(r => r.Id, StringComparer.Ordinal)],
            HealthRules = [.. health.Values.OrderBy(r => r.Id, StringComparer.Ordinal)],
        };

        void Add(SigmaDocument document)
        {
            switch (document)
            {
                case SigmaRule { LogSource.Product: "falco" } rule when sources.MatchLogSource:
                    if (!falco.TryAdd(rule.Id, rule)) Taken(rule, falco[rule.Id]);
                    break;
                case SigmaRule { LogSource: { Product: "auditwatch", Service: "health" } } rule when sources.MatchLogSource:
                    if (!health.TryAdd(rule.Id, rule)) Taken(rule, health[rule.Id]);
                    break;
                case SigmaRule rule when sources.MatchLogSource && !IsForAuditLog(rule):
                    passedOver.Add(rule);
                    break;
                case SigmaRule rule when !rules.TryAdd(rule.Id, rule):
                    Taken(rule, rules[rule.Id]);
                    break;
                case SigmaFilter filter when sources.Filters: common.Add(filter); break;
                case SigmaCorrelation correlation when !correlations.TryAdd(correlation.Id, correlation):
                    Taken(correlation, correlations[correlation.Id]);
                    break;
                default: break;
            }
        }

        void ReadFilters(string dir)
        {
            foreach (var file in RuleFiles.Yaml(dir))
            {
                var parts = Path.GetRelativePath(dir, file).Split(Path.DirectorySeparatorChar);
                foreach (var document in RuleFiles.Parse(file, problems))
                {
                    if (document is not SigmaFilter filter) Report(document, "AW1508", "This document lies among the filters but is none.", "Write a document with 'filter:', or move it.");
                    else if (parts.Length == 1 || parts[0] == "common") common.Add(filter);
                    else byProfile[parts[0]] = [.. byProfile.GetValueOrDefault(parts[0], []), filter];
                }
            }
        }

        void Taken(SigmaDocument document, SigmaDocument first) =>
            Report(document, "AW1506", $"The id {document.Id} belongs to '{first.Title}' in {first.File}:{first.Line} already.", "Give this rule a new UUID.");

        void Report(SigmaDocument document, string code, string message, string fix) =>
            problems.Add(new Problem(code, ProblemSeverity.Error, document.File, document.Line, 1, document.Name, message, fix));
    }

    // What a rule leaves out is no restriction; what it names must be what we read.
    public static bool IsForAuditLog(SigmaRule rule) =>
        rule.LogSource.Product is null or { Length: 0 } or "kubernetes" && rule.LogSource.Service is null or { Length: 0 } or "audit" or "kube-audit" or "apiserver"
        && rule.LogSource.Category is null or { Length: 0 } or "application" or "audit";
}
