using AuditWatch.Detection.EventLayer;
using AuditWatch.Detection.Reasoning;
using NRules.Fluent.Dsl;

namespace AuditWatch.Detection.Chains;

/// <summary>The deed, then the broom.</summary>
[RuleId("cfabda32-ee07-4559-9a71-caf39f8d074d")]
[Name("tracks-covered"), Description("Events are deleted by someone who shortly before took secrets, entered a pod or took power. Cluster events are gone; the audit log is not: read the person's timeline.")]
[Tag("attack.defense-evasion"), Tag("attack.t1070")]
public class TracksCovered : Rule
{
    const string Done = "secrets-of-all-namespaces-listed|shell-in-pod|privileged-container|privileged-binding|credential-file-read-by-exec|reverse-shell-by-exec";

    static readonly Story Story = Story.Of("principal").Within("1h")
        .Steps(Done, "events-deleted").OncePer(Done);

    /// <inheritdoc/>
    public override void Define()
    {
        Sighting end = default!;

        When().Match(() => end, s => Story.EndsWith(s));

        Then().Do(context => context.Raise("critical", Story.Evidence(end)));
    }
}
