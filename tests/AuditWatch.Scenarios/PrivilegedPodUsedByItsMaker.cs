using AuditWatch.Detection.EventLayer;
using AuditWatch.Detection.Reasoning;
using NRules.Fluent.Dsl;

namespace Site.Chains;

/// <summary>A pod with power over its node does not stay unused.</summary>
[RuleId("3a5b31f0-129b-4281-9988-cab67bff14a5")]      // a fresh UUIDv4; part of every alert id
[Name("privileged-pod-used-by-its-maker"), Description("Who made a privileged pod runs commands in it. Look at what they were, and remove the pod.")]
[Tag("attack.privilege-escalation"), Tag("attack.t1611")]
public class PrivilegedPodUsedByItsMaker : Rule
{
    static readonly Story Story = Story.Of("workload").Within("1h")
        .Steps("privileged-container|node-debug-pod", "exec-into-pod").OncePer("privileged-container|node-debug-pod")
        .Needs("exec-into-pod", s => s.Known.RootIsBy(s.Event.User));

    /// <inheritdoc/>
    public override void Define()
    {
        Sighting end = default!;

        When().Match(() => end, s => Story.EndsWith(s));

        Then().Do(context => context.Raise("critical", Story.Evidence(end)));
    }
}
