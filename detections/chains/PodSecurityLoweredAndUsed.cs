using AuditWatch.Detection.EventLayer;
using AuditWatch.Detection.Reasoning;
using AuditWatch.Sigma.Evaluation;
using NRules.Fluent.Dsl;

namespace AuditWatch.Detection.Chains;

/// <summary>The guard is sent away, and something comes in.</summary>
[RuleId("ba559001-a095-4f92-b7ba-f206aa5dd364")]
[Name("pod-security-lowered-and-used"), Description("Pod Security of a namespace is lowered, and a pod that it would have refused is created there. Restore the label, remove the pod, and look for what it left on its node.")]
[Tag("attack.defense-evasion"), Tag("attack.privilege-escalation"), Tag("attack.t1562.001"), Tag("attack.t1611")]
public class PodSecurityLoweredAndUsed : Rule
{
    const string PowerOverNode = "privileged-container|sensitive-host-path|host-process-namespace|dangerous-capability";

    static readonly Story Story = Story.Of("namespace").Within("1h")
        .Steps("pod-security-label-lowered", PowerOverNode).OncePer("pod-security-label-lowered")
        .Where("pod-security-label-lowered", (lowered, _) => lowered.Known.PodSecurityLowered != Truth.False);   // it may never have been higher

    /// <inheritdoc/>
    public override void Define()
    {
        Sighting end = default!;

        When().Match(() => end, s => Story.EndsWith(s));

        Then().Do(context => context.Raise("critical", Story.Evidence(end)));
    }
}
