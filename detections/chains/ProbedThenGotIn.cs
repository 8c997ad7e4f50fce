using AuditWatch.Detection.EventLayer;
using AuditWatch.Detection.Reasoning;
using NRules.Fluent.Dsl;

namespace AuditWatch.Detection.Chains;

/// <summary>Knocking until a door opens.</summary>
[RuleId("694f3cb1-117e-4791-a664-6bef05d6e60b")]
[Name("probed-then-got-in"), Description("From an address that failed to log in or was refused in bulk, somebody reads secrets, enters pods, creates workloads or changes rights. Find out which credential worked, and revoke it.")]
[Tag("attack.initial-access"), Tag("attack.credential-access"), Tag("attack.t1110"), Tag("attack.t1078.004")]
public class ProbedThenGotIn : Rule
{
    const string Act = "secret-read|exec-into-pod|workload-created|rbac-changed";

    static readonly Story Story = Story.Of("address").Within("30m")
        .Steps("logins-failed-in-bulk|anonymous-enumeration", Act).OncePer("logins-failed-in-bulk|anonymous-enumeration");

    /// <inheritdoc/>
    public override void Define()
    {
        Sighting end = default!;

        When().Match(() => end, s => Story.EndsWith(s));

        Then().Do(context => context.Raise("high", Story.Evidence(end)));
    }
}
