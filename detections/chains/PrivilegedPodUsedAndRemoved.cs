using AuditWatch.Detection.EventLayer;
using AuditWatch.Detection.Reasoning;
using NRules.Fluent.Dsl;

namespace AuditWatch.Detection.Chains;

/// <summary>In, down to the node, and out.</summary>
[RuleId("ad1db095-316f-4537-a000-1e4156e61ff1")]
[Name("privileged-pod-used-and-removed"), Description("A workload with power over its node is created, entered, and removed again. The node it ran on is what is left to look at: audit shows which one in the pod's binding.")]
[Tag("attack.privilege-escalation"), Tag("attack.defense-evasion"), Tag("attack.t1611"), Tag("attack.t1070")]
public class PrivilegedPodUsedAndRemoved : Rule
{
    const string PowerOverNode = "privileged-container|sensitive-host-path|host-process-namespace|dangerous-capability|node-debug-pod";

    static readonly Story Story = Story.Of("workload").Within("2h")
        .Steps(PowerOverNode, "exec-into-pod", "pod-deleted-by-person|workload-deleted").OncePer(PowerOverNode);

    /// <inheritdoc/>
    public override void Define()
    {
        Sighting end = default!;

        When().Match(() => end, s => Story.EndsWith(s));

        Then().Do(context => context.Raise("critical", Story.Evidence(end)));
    }
}
