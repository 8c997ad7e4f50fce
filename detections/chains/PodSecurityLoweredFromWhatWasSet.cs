using AuditWatch.Detection.EventLayer;
using AuditWatch.Detection.Reasoning;
using NRules.Fluent.Dsl;

namespace AuditWatch.Detection.Chains;

/// <summary>What one request alone does not show: that the label said more before.</summary>
[RuleId("cb457687-0b78-403b-940d-fc00e8fe86e8")]
[Name("pod-security-lowered-from-what-was-set"), Description("A namespace enforces less Pod Security than what was set for it before: one level down, or the whole object written again without the label. Ask for the reason, or put the label back.")]
[Tag("attack.defense-evasion"), Tag("attack.t1562.001")]
public class PodSecurityLoweredFromWhatWasSet : Rule
{
    const string WasSet = "namespace-created|namespace-changed";

    static readonly Story Story = Story.Of("object").Within("7d")
        .Steps(WasSet, "namespace-changed").OncePer("namespace-changed")
        .Needs("namespace-changed", s => s.Known.PodSecurityLowered);

    /// <inheritdoc/>
    public override void Define()
    {
        Sighting end = default!;

        When().Match(() => end, s => Story.EndsWith(s));

        Then().Do(context => context.Raise("high", Story.Evidence(end)));
    }
}
