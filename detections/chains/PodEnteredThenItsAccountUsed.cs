using AuditWatch.Detection.EventLayer;
using AuditWatch.Detection.Reasoning;
using NRules.Fluent.Dsl;

namespace AuditWatch.Detection.Chains;

/// <summary>From a shell to the identity behind it. The token names the pod that it belongs to.</summary>
[RuleId("02e18fc6-34b4-4de3-8c58-8d841f60f1e3")]
[Name("pod-entered-then-its-account-used"), Description("Someone enters a pod, or puts a debug container into it, and then the pod's own token is used by hand. Treat the token as stolen: delete the pod, and look at all it did.")]
[Tag("attack.credential-access"), Tag("attack.lateral-movement"), Tag("attack.t1528"), Tag("attack.t1550.001")]
public class PodEnteredThenItsAccountUsed : Rule
{
    static readonly Story Story = Story.Of("pod").Within("1h")
        .Steps("exec-into-pod|ephemeral-container-added", "service-account-used-by-hand|secret-read-with-scripting-client").OncePer("exec-into-pod|ephemeral-container-added");

    /// <inheritdoc/>
    public override void Define()
    {
        Sighting end = default!;

        When().Match(() => end, s => Story.EndsWith(s));

        Then().Do(context => context.Raise("high", Story.Evidence(end)));
    }
}
