using System.Globalization;
using System.Text;

namespace AuditWatch.Storage.State;

/// <summary>
/// Texts of events hold what attackers put there. A NUL or half a surrogate pair, which PostgreSQL refuses and UTF-8 cannot say, is written as U+001A and four
/// hex digits, and so is U+001A itself: one form for every database, and it comes back as it was.
/// </summary>
internal static class StoredText
{
    const char Mark = '\u001a';

    public static string? Keep(string? text)
    {
        if (text is null || IsPlain(text)) return text;
        var kept = new StringBuilder(text.Length + 16);
        for (var at = 0; at < text.Length; at++)
        {
            var c = text[at];
            if (char.IsHighSurrogate(c) && at + 1 < text.Length && char.IsLowSurrogate(text[at + 1]))
                kept.Append(c).Append(text[++at]);
            else if (c is '\0' or Mark || char.IsSurrogate(c))
                kept.Append(Mark).Append(((int)c).ToString("x4", CultureInfo.InvariantCulture));
            else
                kept.Append(c);
        }

        return kept.ToString();
    }

    public static string? Back(string? kept)
    {
        if (kept is null || !kept.Contains(Mark, StringComparison.Ordinal)) return kept;
        var text = new StringBuilder(kept.Length);
        for (var at = 0; at < kept.Length; at++)
        {
            if (kept[at] != Mark)
            {
                text.Append(kept[at]);
                continue;
            }

            text.Append((char)ushort.Parse(kept.AsSpan(at + 1, 4), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture));
            at += 4;
        }

        return text.ToString();
    }

    static bool IsPlain(string text)
    {
        foreach (var c in text)
            if (c is '\0' or Mark || char.IsSurrogate(c)) return false;
        return true;
    }
}
