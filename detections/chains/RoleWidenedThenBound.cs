using AuditWatch.Detection.EventLayer;
using AuditWatch.Detection.Reasoning;
using NRules.Fluent.Dsl;

namespace AuditWatch.Detection.Chains;

/// <summary>A role of one's own making. The binding names the role.</summary>
[RuleId("01a5522e-4a39-4b38-b147-0641e32fb409")]
[Name("role-widened-then-bound"), Description("Someone writes a role with far-reaching rights and binds it within the hour. Neither step alone shows the path: remove the binding, then the role.")]
[Tag("attack.privilege-escalation"), Tag("attack.persistence"), Tag("attack.t1098.006")]
public class RoleWidenedThenBound : Rule
{
    const string Widened = "role-with-wildcard|escalate-bind-impersonate-granted|role-grants-secrets|role-grants-path-to-admin|role-grants-exec|role-grants-node-proxy";

    static readonly Story Story = Story.Of("role").Within("1h")
        .Steps(Widened, "rbac-changed").OncePer(Widened)
        .Where("rbac-changed", (bound, _) => bound.Event.Resource is "rolebindings" or "clusterrolebindings" && bound.Event.Verb != "delete")
        .Where(Widened, (widened, bound) => widened.Event.User == bound.Event.User);

    /// <inheritdoc/>
    public override void Define()
    {
        Sighting end = default!;

        When().Match(() => end, s => Story.EndsWith(s));

        Then().Do(context => context.Raise("high", Story.Evidence(end)));
    }
}
