using AuditWatch.Detection.EventLayer;
using AuditWatch.Detection.Reasoning;
using NRules.Fluent.Dsl;

namespace AuditWatch.Detection.Chains;

/// <summary>The door stands open because nobody answers behind it.</summary>
[RuleId("c51dd8ad-30f6-423e-b4c8-d6cf741df5e9")]
[Name("guard-stopped-and-admission-open"), Description("A guard of the cluster is removed or stopped, and minutes later admission lets pass because a webhook does not answer. Start the guard again, and look at what was let in since.")]
[Tag("attack.defense-evasion"), Tag("attack.t1562.001")]
public class GuardStoppedAndAdmissionOpen : Rule
{
    const string GuardStopped = "security-agent-removed|security-agent-scaled-to-zero|namespace-of-the-cluster-deleted";

    static readonly Story Story = Story.Of("cluster").Within("10m")
        .Steps(GuardStopped, "admission-failed-open").OncePer(GuardStopped);

    /// <inheritdoc/>
    public override void Define()
    {
        Sighting end = default!;

        When().Match(() => end, s => Story.EndsWith(s));

        Then().Do(context => context.Raise("high", Story.Evidence(end)));
    }
}
