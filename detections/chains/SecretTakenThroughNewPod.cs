using AuditWatch.Detection.EventLayer;
using AuditWatch.Detection.Reasoning;
using NRules.Fluent.Dsl;

namespace AuditWatch.Detection.Chains;

/// <summary>The way around the right to read secrets.</summary>
[RuleId("1b3e846d-0484-422b-942b-edc601b60e87")]
[Name("secret-taken-through-new-pod"), Description("Someone creates a bare pod that takes a secret in, and then enters it or reads its log. That reads a secret without the right to read secrets: rotate it, and look at who may create pods there.")]
[Tag("attack.credential-access"), Tag("attack.t1552.007"), Tag("attack.t1610")]
public class SecretTakenThroughNewPod : Rule
{
    static readonly Story Story = Story.Of("workload").Within("1h")
        .Steps("secret-taken-by-bare-pod", "exec-into-pod|pod-log-read").OncePer("secret-taken-by-bare-pod")
        .Where("secret-taken-by-bare-pod", (taken, look) => taken.Event.User == look.Event.User);

    /// <inheritdoc/>
    public override void Define()
    {
        Sighting end = default!;

        When().Match(() => end, s => Story.EndsWith(s));

        Then().Do(context => context.Raise("high", Story.Evidence(end)));
    }
}
