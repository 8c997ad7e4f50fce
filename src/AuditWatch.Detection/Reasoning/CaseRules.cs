using AuditWatch.Detection.Incidents;
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

/// <summary>The same for an alert's place in a case.</summary>
[Name("step-not-excepted")]
sealed class StepNotExcepted : Rule
{
    public override void Define()
    {
        CaseStep step = default!;
        When().Match(() => step).Not<SiteException>(x => x.Covers(step));
        Then().Yield(_ => new VisibleStep(step));
    }
}

/// <summary>Alerts of several rules that hang together are one incident.</summary>
[Name("incident-per-case")]
sealed class IncidentPerCase : Rule
{
    public override void Define()
    {
        IGrouping<string, VisibleStep> group = default!;
        When().Query(() => group, q => q.Match<VisibleStep>().GroupBy(v => v.CaseId).Where(g => OpenCase.IsIncident(g)));
        Then().Yield(_ => new OpenCase(group.Key, group.Select(v => v.Step).ToList()));
    }
}
