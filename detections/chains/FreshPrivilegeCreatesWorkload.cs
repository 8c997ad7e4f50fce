using AuditWatch.Detection.EventLayer;
using AuditWatch.Detection.Reasoning;
using NRules.Fluent.Dsl;

namespace AuditWatch.Detection.Chains;

/// <summary>The story of rights that are put to use at once: bound, tried, and turned into something that runs.</summary>
[RuleId("c3f5a8d2-9e17-4b60-8a4d-6f0b7c1e2d93")]
[Name("fresh-privilege-creates-workload"), Description("A service account that was just bound to a privileged role acts and creates a workload. Ask the owner of the binding, look at what the workload runs and where, and remove the binding first.")]
[Tag("attack.privilege-escalation"), Tag("attack.execution"), Tag("attack.t1098.006"), Tag("attack.t1610")]
public class FreshPrivilegeCreatesWorkload : Rule
{
    static readonly Story Story = Story.Of("actor").Within("1h")
        .Steps("privileged-binding", "first-act-since-bound", "workload-created").OncePer("privileged-binding");

    /// <inheritdoc/>
    public override void Define()
    {
        Sighting created = default!;

        When().Match(() => created,
            s => s.Rule == "workload-created",
            s => s.Actor.StartsWith("system:serviceaccount:", StringComparison.Ordinal),
            s => Story.EndsWith(s));

        Then().Do(context => context.Raise("high", Story.Evidence(created)));
    }
}
