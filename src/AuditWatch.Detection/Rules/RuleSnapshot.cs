using System.Collections.Concurrent;
using AuditWatch.Detection.Counting;
using AuditWatch.Detection.EventLayer;
using AuditWatch.Detection.Reasoning;
using AuditWatch.Detection.Runtime;
using AuditWatch.Events.Model;
using AuditWatch.Sigma.Evaluation;
using AuditWatch.Sigma.Parsing;
using NRules;
using CompiledRule = AuditWatch.Sigma.Compilation.CompiledRule;
using SigmaCompiler = AuditWatch.Sigma.Compilation.RuleCompiler;

namespace AuditWatch.Detection.Rules;

/// <summary>
/// All rules, resolved, compiled and checked: immutable, shared by all threads. A rule with an error is left out and named in the problems; whoever wants all or
/// nothing looks there.
/// </summary>
public sealed class RuleSnapshot
{
    readonly IReadOnlyList<SigmaRule> _rules;
    readonly IReadOnlyList<SigmaFilter> _commonFilters;
    readonly IReadOnlyDictionary<string, IReadOnlyList<SigmaFilter>> _profileFilters;
    readonly NamedLists _lists;
    readonly IReadOnlyList<SigmaRule> _falcoRules, _healthRules;
    readonly List<SigmaDocument> _written;
    readonly IReadOnlyList<(SigmaFilter Filter, SiteExceptionRule Rule)> _exceptions;
    readonly ConcurrentDictionary<string, RuleSet> _sets = new(StringComparer.Ordinal);

    RuleSnapshot(RuleFolders folders, NamedLists lists, IReadOnlyList<(SigmaFilter, SiteExceptionRule)> exceptions, ChainCatalog chains, CorrelationSet correlations)
    {
        _rules = folders.Rules;
        _commonFilters = folders.CommonFilters;
        _profileFilters = folders.ProfileFilters;
        _lists = lists;
        _exceptions = exceptions;
        _falcoRules = folders.FalcoRules;
        _healthRules = folders.HealthRules;
        _written = [.. folders.Rules, .. folders.Correlations, .. folders.FalcoRules, .. folders.HealthRules, .. folders.PassedOver];
        Chains = chains;
        Correlations = correlations;
        Reasoning = new RuleCompiler().Compile([DirectRules.Build(), CountedRules.Build(), .. correlations.All.Where(c => c.IsTemporal && c.Identity.RaisesAlert).Select(TemporalRules.Build), .. chains.Rules]);
    }

    /// <summary>Where events that these rules judge must be interned: pass it to every <see cref="AuditEvent"/>.</summary>
    public SymbolTable Symbols { get; } = new();

    /// <summary>The rule documents, by id.</summary>
    public IReadOnlyList<SigmaDocument> Documents => _rules;

    /// <summary>The rules as they are called on clusters of the default profile, by id.</summary>
    public IReadOnlyList<RuleIdentity> Rules => [.. For(new ClusterFacts()).Rules.Select(r => r.Identity)];

    /// <summary>Every document that was understood, those for other log sources and of filters included.</summary>
    internal IEnumerable<SigmaDocument> Written => [.. _written, .. _commonFilters, .. _profileFilters.Values.SelectMany(f => f), .. _exceptions.Select(x => x.Filter)];

    internal ChainCatalog Chains { get; }

    /// <summary>The rules for alerts of Falco.</summary>
    internal IReadOnlyList<EventRule> Falco { get; private set; } = [];

    /// <summary>The rules for our own view.</summary>
    internal IReadOnlyList<EventRule> Health { get; private set; } = [];

    internal CorrelationSet Correlations { get; }

    internal NamedLists Lists => _lists;

    internal ISessionFactory Reasoning { get; }

    internal IEnumerable<SiteException> SiteExceptions =>
        _exceptions.Select(x => new SiteException(x.Rule.Id, x.Rule.Owner, x.Rule.Reason, x.Rule.ExpiresMicros));

    /// <summary>Loads, compiles and checks everything for every profile.</summary>
    public static RuleSnapshot Load(RuleSources sources, ICollection<Problem> problems)
    {
        var folders = RuleFolders.Read(sources, problems);
        var lists = new NamedLists();
        foreach (var dir in sources.ListsDir is { } only ? [only] : sources.RuleDirs.Select(d => Path.Combine(d, "lists"))) lists.Load(dir, problems);
        var exceptions = Detection.Rules.SiteExceptions.Load(sources.ExceptionDirs, lists, problems);
        var chains = ChainCatalog.Of(sources, problems);
        var correlations = CorrelationSet.Resolve(
            folders.Correlations, folders.Rules, folders.PassedOver, c => [.. exceptions.Where(x => x.Filter.Rules.Any(c.IsCalled)).Select(x => x.Rule)], problems);
        var snapshot = new RuleSnapshot(folders, lists, exceptions, chains, correlations);
        var found = new List<Problem>();
        foreach (var profile in sources.Profiles ?? [.. folders.ProfileFilters.Keys.Prepend("vanilla").Distinct()]) snapshot._sets[profile] = snapshot.Compile(profile, found);
        snapshot.Falco = snapshot.CompileOther(snapshot._falcoRules, FalcoFieldSchema.Instance, found);
        snapshot.Health = snapshot.CompileOther(snapshot._healthRules, HealthFieldSchema.Instance, found);
        foreach (var problem in found.Distinct()) problems.Add(problem);
        return snapshot;
    }

    /// <summary>The rules for a cluster: with the filters of its profile.</summary>
    internal RuleSet For(ClusterFacts cluster) => _sets.GetOrAdd(cluster.Profile, p => Compile(p, []));

    /// <summary>A document of the caller's making, compiled with this snapshot's lists and without filters; null when it says what cannot be.</summary>
    internal CompiledRule? CompileAlone(SigmaRule rule) => SigmaCompiler.Compile(rule, AuditFieldSchema.Instance, _lists, [], []);

    /// <summary>An exception that is kept elsewhere than in these folders; null, and why in <paramref name="problems"/>, when it cannot be read.</summary>
    internal (SigmaFilter Filter, SiteExceptionRule Rule)? ReadException(string document, string name, ICollection<Problem> problems) =>
        Detection.Rules.SiteExceptions.Read(document, name, _lists, problems);

    /// <summary>The filters that a rule is under on clusters of a profile.</summary>
    internal IReadOnlyList<SigmaFilter> FiltersOf(SigmaRule rule, string profile) =>
        [.. _commonFilters.Concat(_profileFilters.GetValueOrDefault(profile, [])).Where(f => f.AppliesTo(rule))];

    /// <summary>Filters and site exceptions, each with the words in it that name no document of these folders.</summary>
    internal IEnumerable<(SigmaFilter Filter, string Word)> IdleFilters() =>
        from filter in _commonFilters.Concat(_profileFilters.Values.SelectMany(f => f)).Concat(_exceptions.Select(x => x.Filter))
        from word in filter.Rules
        where !_written.Exists(d => d.IsCalled(word))
        select (filter, word);

    // Rules for other logs are among them only where nobody looks at the log source ('rules match').
    static IFieldSchema FieldsOf(SigmaRule rule) => RuleFolders.IsForAuditLog(rule) ? AuditFieldSchema.Instance : ForeignFieldSchema.Instance;

    // Rules for records that are no audit events.
    List<EventRule> CompileOther(IReadOnlyList<SigmaRule> sources, IFieldSchema fields, ICollection<Problem> problems)
    {
        var rules = new List<EventRule>(sources.Count);
        foreach (var source in sources)
        {
            if (SigmaCompiler.Compile(source, fields, _lists, [.. _commonFilters.Where(f => f.AppliesTo(source))], problems) is not { } rule) continue;
            var identity = RuleIdentity.Of(rule);
            rules.Add(new EventRule(rules.Count, identity, rule, [], identity.RaisesAlert || Chains.CanEnd(identity.Name) || Chains.KeptIn(identity.Name).Count > 0));
        }

        return rules;
    }

    RuleSet Compile(string profile, ICollection<Problem> problems)
    {
        IReadOnlyList<SigmaFilter> filters = [.. _commonFilters, .. _profileFilters.GetValueOrDefault(profile, [])];
        // Rules do not know of each other, so every core compiles some; problems keep the rules' order.
        var compiled = new CompiledRule?[_rules.Count];
        var found = new List<Problem>[_rules.Count];
        Parallel.For(0, _rules.Count, i => compiled[i] = SigmaCompiler.Compile(_rules[i], FieldsOf(_rules[i]), _lists, filters, found[i] = []));
        foreach (var problem in found.SelectMany(f => f)) problems.Add(problem);
        var rules = new List<EventRule>(_rules.Count);
        for (var i = 0; i < compiled.Length; i++)
        {
            if (compiled[i] is not { } rule) continue;
            var before = problems.Count;
            var suppress = RuleFolders.IsForAuditLog(_rules[i]) ? SuppressionFields.Of(rule.Source, problems) : null;
            if (problems.Count > before) continue;
            var (source, identity) = (_rules[i], RuleIdentity.Of(rule));
            if (Correlations.Mutes(identity.Id)) identity = identity with { RaisesAlert = false };
            var captures = Correlations.CapturesFor(identity.Id);
            var isStep = Chains.CanEnd(identity.Name) || Chains.KeptIn(identity.Name).Count > 0;
            var isWanted = identity.RaisesAlert || captures.Count > 0 || isStep;
            rules.Add(new EventRule(rules.Count, identity, rule, [.. _exceptions.Where(x => x.Filter.AppliesTo(source)).Select(x => x.Rule)], isWanted)
            {
                Captures = captures, Suppress = identity.RaisesAlert ? suppress : null, IsStep = isStep,
            });
        }

        return new RuleSet(profile, rules, Symbols);
    }
}
