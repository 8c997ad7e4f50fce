namespace AuditWatch.Detection.Testing;

/// <summary>The outcome of one case in one combination of its matrix, or of a demand on a rule's cases as a whole.</summary>
/// <param name="RuleId">The rule.</param>
/// <param name="RuleName">Its name; empty when there is no such rule.</param>
/// <param name="File">The test file, or the rule's own file.</param>
/// <param name="Line">Where.</param>
/// <param name="Case">What the case shows, in its words.</param>
/// <param name="Combination">The combination, for instance level = Metadata.</param>
/// <param name="Expected">fire, silent, unknown; or the demand.</param>
/// <param name="Got">fire, silent, unknown; or what stands.</param>
/// <param name="Reasons">Why unknown.</param>
/// <param name="Problem">What kept the case from being judged at all; null when nothing did.</param>
public sealed record RuleTestResult(
    string RuleId, string RuleName, string File, int Line, string Case, IReadOnlyDictionary<string, string> Combination, string Expected, string Got,
    IReadOnlyList<string> Reasons, string? Problem)
{
    /// <summary>Whether it is as it should be.</summary>
    public bool Passed => Problem is null && Expected == Got;
}
