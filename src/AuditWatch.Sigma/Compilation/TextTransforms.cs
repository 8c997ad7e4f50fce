using System.Text;
using AuditWatch.Sigma.Matching;
using AuditWatch.Sigma.Parsing;

namespace AuditWatch.Sigma.Compilation;

/// <summary>The modifiers that change a text before it is compared.</summary>
internal static class TextTransforms
{
    public const int MaxVariants = 3_125;

    static readonly int[] Dashes = ['-', '/', '\u2013', '\u2014', '\u2015'];

    /// <summary>Empty, with a problem, when a pattern does not allow the transform.</summary>
    public static IReadOnlyList<Pattern> Apply(string transform, IReadOnlyList<Pattern> patterns, Place place, ProblemList problems)
    {
        var results = new List<Pattern>();
        foreach (var pattern in patterns)
        {
            if (transform is not ("contains" or "startswith" or "endswith" or "windash") && pattern.HasWildcards)
            {
                problems.Error(Codes.WildcardForbidden, place, $"'{transform}' cannot encode wildcards.", "Escape them (\\*, \\?), and put 'contains' after the encoding.");
                return [];
            }
            switch (transform)
            {
                case "contains": results.Add(pattern.Contains()); break;
                case "startswith": results.Add(pattern.StartsWith()); break;
                case "endswith": results.Add(pattern.EndsWith()); break;
                case "base64": results.Add(Pattern.Literal(Convert.ToBase64String(pattern.Bytes))); break;
                case "base64offset": results.AddRange(Base64AtEveryOffset(pattern.Bytes)); break;
                case "utf16le" or "wide": results.Add(Encoded(Encoding.Unicode, pattern, [])); break;
                case "utf16be": results.Add(Encoded(Encoding.BigEndianUnicode, pattern, [])); break;
                case "utf16": results.Add(Encoded(Encoding.Unicode, pattern, [0xFF, 0xFE])); break;
                case "windash": results.AddRange(Dashed(pattern)); break;
            }
            if (results.Count <= MaxVariants) continue;
            problems.Error(Codes.TooManyValues, place, $"'{transform}' makes more than {MaxVariants} variants of this value.", "Use fewer options in one value, or 'contains|all' with a list.");
            return [];
        }
        return results;
    }

    // A text inside a longer one is encoded in one of three ways, by its offset modulo 3; characters that mix with neighbours are cut off.
    static IEnumerable<Pattern> Base64AtEveryOffset(byte[] bytes)
    {
        int[] start = [0, 2, 3];
        int[] end = [0, 3, 2];
        for (var offset = 0; offset < 3; offset++)
        {
            var encoded = Convert.ToBase64String([.. new byte[offset], .. bytes]);
            var cut = end[(bytes.Length + offset) % 3];
            var length = encoded.Length - start[offset] - cut;
            if (length > 0) yield return Pattern.Literal(encoded.Substring(start[offset], length));
        }
    }

    static Pattern Encoded(Encoding encoding, Pattern pattern, byte[] mark) => new([.. mark.Concat(encoding.GetBytes(pattern.Text)).Select(b => (int)b)], IsBytes: true);

    // An option's dash stands after a non-word character (or at the start) and before a word character.
    static IEnumerable<Pattern> Dashed(Pattern pattern)
    {
        var places = new List<int>();
        for (var i = 0; i + 1 < pattern.Codes.Length; i++)
            if (pattern.Codes[i] is '-' or '/' && (i == 0 || !IsWord(pattern.Codes[i - 1])) && IsWord(pattern.Codes[i + 1])) places.Add(i);
        var count = places.Count > 8 ? int.MaxValue : (int)Math.Pow(Dashes.Length, places.Count);
        for (var variant = 0; variant < Math.Min(count, MaxVariants + 1); variant++)
        {
            int[] codes = [.. pattern.Codes];
            var rest = variant;
            foreach (var place in places)
            {
                codes[place] = Dashes[rest % Dashes.Length];
                rest /= Dashes.Length;
            }
            yield return pattern with { Codes = codes };
        }
    }

    static bool IsWord(int code) => code == '_' || (code >= 0 && Rune.IsLetterOrDigit(new Rune(code)));
}
