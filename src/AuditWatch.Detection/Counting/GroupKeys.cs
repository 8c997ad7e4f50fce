using AuditWatch.Sigma.Correlation;

namespace AuditWatch.Detection.Counting;

static class GroupKeys
{
    /// <summary>One text for a correlation's group; no two groups share one.</summary>
    public static string Of(string rule, IReadOnlyList<string> group) => rule + "/" + (group.Count == 0 ? "" : DistinctWindow.Tuple(group));
}
