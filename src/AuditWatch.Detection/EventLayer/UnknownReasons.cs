using System.Numerics;
using AuditWatch.Sigma.Evaluation;

namespace AuditWatch.Detection.EventLayer;

/// <summary>The words for why a rule could not be answered, as output, metrics and tests write them.</summary>
public static class UnknownReasons
{
    /// <summary>How many there are.</summary>
    public const int Count = 8;

    static readonly string[] Words =
        ["level_too_low", "truncated", "redacted", "patch_fragment", "stage_not_seen", "malformed", "no_baseline", "rule_failed"];

    /// <summary>The word of the reason with this bit.</summary>
    public static string Word(int bit) => Words[bit];

    /// <summary>The words of all reasons that are set, in a fixed order.</summary>
    public static IReadOnlyList<string> Of(UnknownReason why)
    {
        var words = new List<string>(BitOperations.PopCount((uint)why));
        for (var bit = 0; bit < Count; bit++)
            if (((int)why & (1 << bit)) != 0) words.Add(Words[bit]);
        return words;
    }
}
