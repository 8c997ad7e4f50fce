using System.Text;

namespace AuditWatch.Sigma.Matching;

/// <summary>A value of a rule after escapes are read: characters and wildcards.</summary>
/// <param name="Codes">Characters; <see cref="One"/> and <see cref="Many"/> for wildcards.</param>
/// <param name="IsBytes">The characters stand for bytes (after an encoding modifier).</param>
internal sealed record Pattern(int[] Codes, bool IsBytes = false)
{
    /// <summary><c>?</c></summary>
    public const int One = -1;

    /// <summary><c>*</c></summary>
    public const int Many = -2;

    public bool HasWildcards => Codes.AsSpan().ContainsAny(One, Many);

    /// <summary>
    /// Reads Sigma's escapes: <c>\*</c> and <c>\?</c> are the characters, <c>\\</c> is one backslash, any other backslash is itself.
    /// </summary>
    public static Pattern Parse(string text)
    {
        var codes = new List<int>(text.Length);
        var runes = text.EnumerateRunes().ToArray();
        for (var i = 0; i < runes.Length; i++)
        {
            var c = runes[i].Value;
            var next = i + 1 < runes.Length ? runes[i + 1].Value : -1;
            if (c == '\\' && next is '*' or '?' or '\\' && c == '\\') { codes.Add(next); i++; }
            else codes.Add(c switch { '*' => Many, '?' => One, _ => c });
        }
        return new(codes.ToArray());
    }

    /// <summary>A text without wildcards.</summary>
    public static Pattern Literal(string text) => new([.. text.EnumerateRunes().Select(r => r.Value)]);

    /// <summary>The text; only for patterns without wildcards.</summary>
    public string Text
    {
        get
        {
            var text = new StringBuilder(Codes.Length);
            foreach (var code in Codes) text.Append(new Rune(code).ToString());
            return text.ToString();
        }
    }

    /// <summary>The bytes an encoding modifier works on.</summary>
    public byte[] Bytes => IsBytes ? [.. Codes.Select(c => (byte)c)] : Encoding.UTF8.GetBytes(Text);

    public Pattern Contains() => Wrap(true, true);

    public Pattern StartsWith() => Wrap(false, true);

    public Pattern EndsWith() => Wrap(true, false);

    Pattern Wrap(bool before, bool after) => this with { Codes = [.. before ? [Many] : Array.Empty<int>(), .. Codes, .. after ? [Many] : Array.Empty<int>()] };
}
