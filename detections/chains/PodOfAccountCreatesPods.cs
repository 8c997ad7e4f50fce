using AuditWatch.Detection.EventLayer;
using AuditWatch.Detection.Reasoning;
using NRules.Fluent.Dsl;

namespace AuditWatch.Detection.Chains;

/// <summary>Something that spreads. The token names the pod that it belongs to.</summary>
[RuleId("d533b2aa-5e89-4e25-b7fd-b74d08ba11c7")]
[Name("pod-of-account-creates-pods"), Description("A pod that a service account created uses its own token to create more. Workloads that spread are rare outside of build systems: look at what the first one runs.")]
[Tag("attack.execution"), Tag("attack.lateral-movement"), Tag("attack.t1610"), Tag("attack.t1550.001")]
public class PodOfAccountCreatesPods : Rule
{
    static readonly Story Story = Story.Of("pod").Within("24h")
        .Steps("workload-created", "pod-created-by-service-account").OncePer("workload-created")
        .Where("workload-created", (first, next) => first.Event.User != next.Event.User && first.Actor.StartsWith("system:serviceaccount:", StringComparison.Ordinal));

    /// <inheritdoc/>
    public override void Define()
    {
        Sighting end = default!;

        When().Match(() => end, s => Story.EndsWith(s));

        Then().Do(context => context.Raise("low", Story.Evidence(end)));
    }
}
