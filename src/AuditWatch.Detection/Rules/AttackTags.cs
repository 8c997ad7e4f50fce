namespace AuditWatch.Detection.Rules;

/// <summary>Sigma's <c>attack.</c> tags as ATT&amp;CK writes them.</summary>
static class AttackTags
{
    const string Prefix = "attack.";

    /// <summary><c>attack.t1552.007</c> → <c>T1552.007</c></summary>
    public static IReadOnlyList<string> Techniques(IEnumerable<string> tags) =>
        [.. Words(tags).Where(IsTechnique).Select(w => w.ToUpperInvariant()).Distinct().Order(StringComparer.Ordinal)];

    /// <summary><c>attack.credential_access</c> → <c>credential-access</c></summary>
    public static IReadOnlyList<string> Tactics(IEnumerable<string> tags) =>
        [.. Words(tags).Where(w => !IsCode(w)).Select(w => w.ToLowerInvariant().Replace('_', '-')).Distinct().Order(StringComparer.Ordinal)];

    static IEnumerable<string> Words(IEnumerable<string> tags) =>
        tags.Where(t => t.StartsWith(Prefix, StringComparison.OrdinalIgnoreCase)).Select(t => t[Prefix.Length..]);

    static bool IsTechnique(string word) => IsCode(word) && word[0] is 't' or 'T';

    // Techniques, groups and software are a letter and digits; tactics are words.
    static bool IsCode(string word) => word.Length > 1 && char.IsAsciiLetter(word[0]) && char.IsAsciiDigit(word[1]);
}
