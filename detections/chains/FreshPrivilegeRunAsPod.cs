using AuditWatch.Detection.EventLayer;
using AuditWatch.Detection.Reasoning;
using NRules.Fluent.Dsl;

namespace AuditWatch.Detection.Chains;

/// <summary>Rights that are put to use through a pod.</summary>
[RuleId("62b17264-a81d-40f6-ad79-9666fe5a103c")]
[Name("fresh-privilege-run-as-pod"), Description("A service account was just bound to a privileged role, and a bare pod or job that runs as it is created by hand. The pod is the way to use the account without its token; look at what it runs.")]
[Tag("attack.privilege-escalation"), Tag("attack.execution"), Tag("attack.t1098.006"), Tag("attack.t1610")]
public class FreshPrivilegeRunAsPod : Rule
{
    static readonly Story Story = Story.Of("account").Within("1h")
        .Steps("privileged-binding", "workload-created").OncePer("privileged-binding")
        .Where("workload-created", (created, _) => created.Event.Resource is "pods" or "jobs" or "cronjobs" && created.Event.CallerPod is null);

    /// <inheritdoc/>
    public override void Define()
    {
        Sighting end = default!;

        When().Match(() => end, s => Story.EndsWith(s));

        Then().Do(context => context.Raise("high", Story.Evidence(end)));
    }
}
