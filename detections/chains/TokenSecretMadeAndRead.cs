using AuditWatch.Detection.EventLayer;
using AuditWatch.Detection.Reasoning;
using NRules.Fluent.Dsl;

namespace AuditWatch.Detection.Chains;

/// <summary>A token for ever, made to be taken.</summary>
[RuleId("d77a672a-0613-4a55-a653-8633ba2dabc4")]
[Name("token-secret-made-and-read"), Description("Someone creates a secret of type service-account-token and reads it. That token never expires: delete the secret, and look for what the account did from other addresses.")]
[Tag("attack.credential-access"), Tag("attack.persistence"), Tag("attack.t1552.007"), Tag("attack.t1098.001")]
public class TokenSecretMadeAndRead : Rule
{
    static readonly Story Story = Story.Of("object").Within("24h")
        .Steps("service-account-token-secret-created", "secret-read").OncePer("service-account-token-secret-created")
        .Where("service-account-token-secret-created", (made, read) => made.Event.User == read.Event.User);

    /// <inheritdoc/>
    public override void Define()
    {
        Sighting end = default!;

        When().Match(() => end, s => Story.EndsWith(s));

        Then().Do(context => context.Raise("critical", Story.Evidence(end)));
    }
}
