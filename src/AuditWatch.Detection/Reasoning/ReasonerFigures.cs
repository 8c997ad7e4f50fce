using AuditWatch.Detection.Counting;

namespace AuditWatch.Detection.Reasoning;

/// <summary>What the reasoning layer of one cluster counted.</summary>
/// <param name="Late">Hits that came after event time had passed them by more than the reorder buffer's reach.</param>
/// <param name="ActsForgotten">Events pushed out of the reorder buffer's reach to keep it bounded.</param>
/// <param name="Hidden">Findings that an exception covered.</param>
/// <param name="CredentialsForgotten">Credentials forgotten to keep their table bounded.</param>
/// <param name="AlertsClosed">Alerts closed early to keep their table bounded.</param>
/// <param name="AlertsRaised">Alerts raised.</param>
/// <param name="Failures">How often a reasoning rule threw, by rule.</param>
/// <param name="Quarantined">Reasoning rules that were stopped.</param>
public sealed record ReasonerFigures(
    long Late, long ActsForgotten, long Hidden, long CredentialsForgotten, long AlertsClosed, long AlertsRaised,
    IReadOnlyDictionary<string, long> Failures, IReadOnlyCollection<string> Quarantined)
{
    /// <summary>Findings that joined an alert because their rule suppresses further ones.</summary>
    public long Suppressed { get; init; }

    /// <summary>The first-seen correlations.</summary>
    public IReadOnlyList<FirstSeenFigures> FirstSeen { get; init; } = [];

    /// <summary>How often chains could not say whether they hold, by chain and reason.</summary>
    public IReadOnlyDictionary<string, IReadOnlyDictionary<string, long>> BlindChains { get; init; } = new Dictionary<string, IReadOnlyDictionary<string, long>>();

    /// <summary>Objects forgotten to keep what is known of the cluster bounded.</summary>
    public long ObjectsForgotten { get; init; }

    /// <summary>Whether a snapshot was given of a time that was judged without it already; it is not used.</summary>
    public bool BaselineIsTooOld { get; init; }

    /// <summary>Cases closed early to keep their table bounded.</summary>
    public long CasesClosed { get; init; }

    /// <summary>Findings on pods and other owned objects that were told in the alert on their owner.</summary>
    public long JoinedOwners { get; init; }

    /// <summary>The counted correlations.</summary>
    public IReadOnlyList<CountedFigures> Counted { get; init; } = [];
}
