using NRules.Fluent.Dsl;
using NRules.RuleModel;

namespace AuditWatch.Detection.Reasoning;

/// <summary>A finding is visible unless an exception covers it; when one is added or withdrawn, what follows from it comes and goes by itself.</summary>
[Name("not-excepted")]
sealed class NotExcepted : Rule
{
    public override void Define()
    {
        Finding finding = default!;
        When().Match(() => finding).Not<SiteException>(x => x.Covers(finding));
        Then().Yield(_ => new VisibleFinding(finding));
    }
}

/// <summary>Three rules that found something about the same actor are one incident.</summary>
[Name("incident-per-actor")]
sealed class IncidentPerActor : Rule
{
    public override void Define()
    {
        IGrouping<string, VisibleFinding> group = default!;
        When().Query(() => group, q => q.Match<VisibleFinding>(v => v.Finding.Entity != "").GroupBy(v => v.Finding.Entity).Where(g => Cases.IsIncident(g)));
        Then().Yield(_ => new Incident(group.Key, group.Select(v => v.Finding).ToList()));
    }
}
