using AuditWatch.Detection.Rules;
using AuditWatch.Events.Model;
using AuditWatch.Sigma.Parsing;

namespace AuditWatch.Detection.Policy;

/// <summary>Puts every class of requests that one rule could hold on to a policy, and says what is left of it.</summary>
sealed class RuleSight
{
    static readonly AuditLevel[] Levels = [AuditLevel.Metadata, AuditLevel.Request, AuditLevel.RequestResponse];

    readonly Dictionary<(RequestClass, AuditLevel, AuditStage, bool), PossibleTruths> _known = [];
    readonly HashSet<AuditStage> _omittable;
    readonly PossibleVerdicts _verdicts;
    readonly RequestClasses _classes;
    readonly RecordedView _view;

    public RuleSight(RuleSnapshot rules, EventRule rule, IReadOnlyList<SigmaFilter> filters, AuditPolicy policy)
    {
        _classes = new(policy, rule, filters, rules.Lists);
        _verdicts = new(rules, rule, filters, _classes, policy);
        _view = new(rules.Symbols);
        _omittable = [.. policy.OmitStages, .. policy.Rules.SelectMany(r => r.OmitStages)];
    }

    /// <summary>The classes that the rule could hold on if everything were recorded.</summary>
    public IReadOnlyList<WantedRequests> Wanted()
    {
        var wanted = new List<WantedRequests>();
        foreach (var one in _classes.All())
        {
            var full = new List<AuditStage>();
            foreach (var stage in Stages(one))
            {
                if (!On(one, AuditLevel.RequestResponse, stage).HasFlag(PossibleTruths.True)) continue;
                full.Add(stage);
                // What a stage shows that no policy rule leaves out, the others need not.
                if (!_omittable.Contains(stage)) break;
            }

            if (full.Count > 0) wanted.Add(new WantedRequests(one, full));
        }

        return wanted;
    }

    /// <summary>What a policy leaves of them; null when nothing is missing.</summary>
    public SightLoss? Loss(WantedRequests wanted, AuditPolicy policy)
    {
        var decision = policy.Decide(wanted.Class.Request);
        var seen = decision.Level is { } level ? Best(wanted, level, decision.Omitted) : Sight.Nothing;
        if (seen == Sight.All) return null;
        var needed = Levels.First(l => l == AuditLevel.RequestResponse || Best(wanted, l, []) == Sight.All);
        var omitted = decision.Level is { } enough && Best(wanted, enough, []) == Sight.All ? wanted.Stages.First(s => decision.Omitted.Contains(s)) : (AuditStage?)null;
        return new SightLoss(wanted.Class, decision, needed, omitted, seen == Sight.Some, decision.Level is { } low && omitted is null && seen == Sight.Nothing && IsInverted(wanted, low, decision.Omitted));
    }

    // The best of the stages that are logged: what one shows, the others need not.
    Sight Best(WantedRequests wanted, AuditLevel level, IReadOnlyList<AuditStage> omitted)
    {
        var best = Sight.Nothing;
        foreach (var stage in wanted.Stages.Where(s => !omitted.Contains(s)))
        {
            var truths = On(wanted.Class, level, stage);
            if (!truths.HasFlag(PossibleTruths.True)) continue;
            if (!truths.HasFlag(PossibleTruths.Hidden)) return Sight.All;
            best = Sight.Some;
        }

        return best;
    }

    bool IsInverted(WantedRequests wanted, AuditLevel level, IReadOnlyList<AuditStage> omitted)
    {
        _view.TakesMissingForAbsent = true;
        try
        {
            return wanted.Stages.Any(s => !omitted.Contains(s) && On(wanted.Class, level, s).HasFlag(PossibleTruths.True));
        }
        finally
        {
            _view.TakesMissingForAbsent = false;
        }
    }

    PossibleTruths On(RequestClass requests, AuditLevel level, AuditStage stage)
    {
        var key = (requests, level, stage, _view.TakesMissingForAbsent);
        if (_known.TryGetValue(key, out var known)) return known;
        _view.Show(requests, level, stage);
        return _known[key] = _verdicts.On(_view);
    }

    // A failed login is logged once, as it begins to be answered.
    static AuditStage[] Stages(RequestClass requests) =>
        requests.Caller.User is null ? [AuditStage.ResponseStarted]
        : requests.IsLongRunning ? [AuditStage.ResponseComplete, AuditStage.ResponseStarted, AuditStage.RequestReceived, AuditStage.Panic]
        : [AuditStage.ResponseComplete, AuditStage.RequestReceived, AuditStage.Panic];

    enum Sight
    {
        Nothing,
        Some,
        All,
    }
}

/// <summary>A class of requests that a rule could hold on, and the stages at which it could.</summary>
sealed record WantedRequests(RequestClass Class, IReadOnlyList<AuditStage> Stages);

/// <summary>What a policy takes from a rule on a class of requests.</summary>
sealed record SightLoss(RequestClass Class, AuditDecision Decision, AuditLevel Needed, AuditStage? Omitted, bool IsPartial, bool IsInverted);
