using AuditWatch.Detection.EventLayer;
using AuditWatch.Detection.Reasoning;
using NRules.Fluent.Dsl;

namespace AuditWatch.Detection.Chains;

/// <summary>The guard is sent away, something comes in, and the guard is called back.</summary>
[RuleId("9d3e8cef-ae73-4165-87a0-f608cc80994b")]
[Name("pod-security-lowered-used-and-restored"), Description("Pod Security of a namespace is lowered, a pod that it would have refused is created, and the label is put back. The namespace looks as if nothing had happened: the pod still runs.")]
[Tag("attack.defense-evasion"), Tag("attack.privilege-escalation"), Tag("attack.t1562.001"), Tag("attack.t1611")]
public class PodSecurityLoweredUsedAndRestored : Rule
{
    const string PowerOverNode = "privileged-container|sensitive-host-path|host-process-namespace|dangerous-capability";

    static readonly Story Story = Story.Of("namespace").Within("2h")
        .Steps("pod-security-label-lowered", PowerOverNode, "namespace-changed").OncePer("pod-security-label-lowered")
        .Needs("namespace-changed", s => s.Known.PodSecurityRaised);

    /// <inheritdoc/>
    public override void Define()
    {
        Sighting end = default!;

        When().Match(() => end, s => Story.EndsWith(s));

        Then().Do(context => context.Raise("critical", Story.Evidence(end)));
    }
}
