using AuditWatch.Detection.EventLayer;
using AuditWatch.Detection.Reasoning;
using NRules.Fluent.Dsl;

namespace AuditWatch.Detection.Chains;

/// <summary>A name, power, and a key to it.</summary>
[RuleId("70ec8f1e-acf9-43a0-9378-5543f9a8987d")]
[Name("new-account-armed"), Description("A service account is created, bound to a privileged role, and given a token by hand within the hour. That is a back door with a key: delete the account and everything its token made.")]
[Tag("attack.persistence"), Tag("attack.t1136"), Tag("attack.t1098.006"), Tag("attack.t1528")]
public class NewAccountArmed : Rule
{
    static readonly Story Story = Story.Of("account").Within("1h")
        .Steps("service-account-created", "privileged-binding", "token-minted").OncePer("service-account-created");

    /// <inheritdoc/>
    public override void Define()
    {
        Sighting end = default!;

        When().Match(() => end, s => Story.EndsWith(s));

        Then().Do(context => context.Raise("critical", Story.Evidence(end)));
    }
}
