using System.Text;

namespace AuditWatch.Detection.Conversion;

/// <summary>A Sigma text with wildcards, taken apart: characters, and stars and question marks.</summary>
sealed record TextPattern(IReadOnlyList<(char Char, bool IsWildcard)> Parts)
{
    public bool IsLiteral => Parts.All(p => !p.IsWildcard);

    public string Literal => string.Concat(Parts.Select(p => p.Char));

    public static TextPattern Of(string text, IReadOnlyList<string> modifiers)
    {
        var parts = new List<(char, bool)>();
        for (var i = 0; i < text.Length; i++)
            if (text[i] == '\\' && i + 1 < text.Length && text[i + 1] is '*' or '?' or '\\') parts.Add((text[++i], false));
            else parts.Add((text[i], text[i] is '*' or '?'));
        if (modifiers.Contains("contains") || modifiers.Contains("endswith")) parts.Insert(0, ('*', true));
        if (modifiers.Contains("contains") || modifiers.Contains("startswith")) parts.Add(('*', true));
        return new(parts);
    }

    /// <summary>Written with the wildcards of another language.</summary>
    public string Write(Func<char, string> escape, string many, string one)
    {
        var text = new StringBuilder();
        foreach (var (c, isWildcard) in Parts) text.Append(!isWildcard ? escape(c) : c == '*' ? many : one);
        return text.ToString();
    }
}
