using AuditWatch.Detection.EventLayer;
using AuditWatch.Detection.Reasoning;
using NRules.Fluent.Dsl;

namespace AuditWatch.Detection.Chains;

/// <summary>First the guard, then the deed.</summary>
[RuleId("a7532a9d-1c17-47a8-bf6d-9c225c7a8eaa")]
[Name("guards-removed-before-attack"), Description("Someone weakens a guard of the cluster and then does what it guarded against. Put the guard back first; what came in while it was gone is listed in this alert.")]
[Tag("attack.defense-evasion"), Tag("attack.t1562.001")]
public class GuardsRemovedBeforeAttack : Rule
{
    const string GuardRemoved = "admission-policy-weakened|security-agent-removed|security-agent-scaled-to-zero|network-policy-removed|pod-security-label-lowered|admission-webhook-deleted|guard-configuration-changed-by-person";

    const string Deed = "privileged-container|sensitive-host-path|miner-in-workload|reverse-shell-in-workload|attack-tool-image|port-forward-to-database|secrets-of-all-namespaces-listed";

    static readonly Story Story = Story.Of("principal").Within("1h")
        .Steps(GuardRemoved, Deed).OncePer(GuardRemoved);

    /// <inheritdoc/>
    public override void Define()
    {
        Sighting end = default!;

        When().Match(() => end, s => Story.EndsWith(s));

        Then().Do(context => context.Raise("critical", Story.Evidence(end)));
    }
}
