using AuditWatch.Detection.EventLayer;
using AuditWatch.Detection.Reasoning;
using NRules.Fluent.Dsl;

namespace AuditWatch.Detection.Chains;

/// <summary>A pod that can reach its node is made and entered by the same hand. Owners lead from the pod that is entered to who asked for it.</summary>
[RuleId("dd44eadc-3531-490d-a19a-ca886fa51444")]
[Name("privileged-pod-entered"), Description("Whoever asked for a workload with power over its node opens a shell in it within the hour. That is how an escape looks; treat the node as compromised until it is explained.")]
[Tag("attack.privilege-escalation"), Tag("attack.execution"), Tag("attack.t1611"), Tag("attack.t1609")]
public class PrivilegedPodEntered : Rule
{
    const string PowerOverNode = "privileged-container|sensitive-host-path|host-process-namespace|dangerous-capability|node-debug-pod";

    static readonly Story Story = Story.Of("workload").Within("1h")
        .Steps(PowerOverNode, "exec-into-pod").OncePer(PowerOverNode)
        .Needs("exec-into-pod", s => s.Known.RootIsBy(s.Event.User));

    /// <inheritdoc/>
    public override void Define()
    {
        Sighting end = default!;

        When().Match(() => end, s => Story.EndsWith(s));

        Then().Do(context => context.Raise("critical", Story.Evidence(end)));
    }
}
