using AuditWatch.Detection.EventLayer;
using AuditWatch.Detection.Reasoning;
using NRules.Fluent.Dsl;

namespace AuditWatch.Detection.Chains;

/// <summary>Finding out, then taking.</summary>
[RuleId("a9709ec1-6d57-4979-b4d4-da0e2028687c")]
[Name("looked-around-then-took"), Description("Someone tries out what they may do, or is refused in bulk, and then reads secrets, enters pods or takes rights. The order is an intruder's: people who belong here know what they may.")]
[Tag("attack.discovery"), Tag("attack.credential-access"), Tag("attack.t1613"), Tag("attack.t1552.007")]
public class LookedAroundThenTook : Rule
{
    const string Looking = "reconnaissance-client|rights-listed-by-service-account|rights-tried-in-bulk|requests-refused-in-bulk";

    const string Taking = "secret-read|exec-into-pod|privileged-binding";

    static readonly Story Story = Story.Of("principal").Within("30m")
        .Steps(Looking, Taking).OncePer(Looking)
        .Where(Looking, (looking, taking) => looking.Ip == taking.Ip && looking.Event.AgentProduct == taking.Event.AgentProduct);   // one hand, not the owner's program beside it

    /// <inheritdoc/>
    public override void Define()
    {
        Sighting end = default!;

        When().Match(() => end, s => Story.EndsWith(s));

        Then().Do(context => context.Raise("high", Story.Evidence(end)));
    }
}
