using AuditWatch.Detection.Alerts;

namespace AuditWatch.Detection.Counting;

/// <summary>Why a correlation held: whose group, and what lay in reach of the trigger.</summary>
/// <param name="GroupKey">The group among all groups of all correlations.</param>
/// <param name="GroupBy">What it is grouped by.</param>
/// <param name="Members">The members in reach, oldest first.</param>
sealed record GroupEvidence(string GroupKey, IReadOnlyDictionary<string, string> GroupBy, IReadOnlyList<GroupMember> Members)
{
    /// <summary>Whether it did not hold just before.</summary>
    public bool IsNew { get; init; } = true;

    public static IReadOnlyDictionary<string, string> Name(IReadOnlyList<string> fields, IReadOnlyList<string> values) =>
        fields.Zip(values).ToDictionary(p => p.First, p => p.Second, StringComparer.Ordinal);
}

/// <summary>A request among the evidence, and its true stages.</summary>
readonly record struct GroupMember(RequestKey Request, IReadOnlyList<EvidenceMark> Marks);
