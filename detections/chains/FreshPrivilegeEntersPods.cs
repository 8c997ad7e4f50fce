using AuditWatch.Detection.EventLayer;
using AuditWatch.Detection.Reasoning;
using NRules.Fluent.Dsl;

namespace AuditWatch.Detection.Chains;

/// <summary>Rights that are put to use at once: on running pods.</summary>
[RuleId("ddee3cc7-8374-4b34-9c8c-14080721066e")]
[Name("fresh-privilege-enters-pods"), Description("Someone who was just bound to a privileged role acts and runs a command in a pod. Ask who made the binding and why; look at what was run where.")]
[Tag("attack.privilege-escalation"), Tag("attack.execution"), Tag("attack.t1098.006"), Tag("attack.t1609")]
public class FreshPrivilegeEntersPods : Rule
{
    static readonly Story Story = Story.Of("actor").Within("1h")
        .Steps("privileged-binding", "first-act-since-bound", "exec-into-pod").OncePer("privileged-binding");

    /// <inheritdoc/>
    public override void Define()
    {
        Sighting end = default!;

        When().Match(() => end, s => Story.EndsWith(s));

        Then().Do(context => context.Raise("high", Story.Evidence(end)));
    }
}
