using AuditWatch.Detection.EventLayer;
using AuditWatch.Detection.Reasoning;
using NRules.Fluent.Dsl;

namespace AuditWatch.Detection.Chains;

/// <summary>Rights that are put to use at once: on secrets.</summary>
[RuleId("01e1d0d1-555c-49e3-8c42-483613659ea4")]
[Name("fresh-privilege-reads-secrets"), Description("Someone who was just bound to a privileged role acts and reads secrets. Ask who made the binding and why; if nobody can say, remove it and rotate what was read.")]
[Tag("attack.privilege-escalation"), Tag("attack.credential-access"), Tag("attack.t1098.006"), Tag("attack.t1552.007")]
public class FreshPrivilegeReadsSecrets : Rule
{
    static readonly Story Story = Story.Of("actor").Within("1h")
        .Steps("privileged-binding", "first-act-since-bound", "secret-read").OncePer("privileged-binding");

    /// <inheritdoc/>
    public override void Define()
    {
        Sighting end = default!;

        When().Match(() => end, s => Story.EndsWith(s));

        Then().Do(context => context.Raise("high", Story.Evidence(end)));
    }
}
