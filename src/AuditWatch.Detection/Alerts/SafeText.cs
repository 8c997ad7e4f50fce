using System.Globalization;
using System.Text;

namespace AuditWatch.Detection.Alerts;

/// <summary>Makes text out of the log fit for a sentence: what clients chose may hold control characters, direction overrides, or megabytes.</summary>
internal static class SafeText
{
    const int Longest = 120;

    public static string Of(string text, int longest = Longest)
    {
        if (text.Length <= longest && !NeedsEscape(text)) return text;
        var safe = new StringBuilder(Math.Min(text.Length, longest) + 8);
        foreach (var rune in text.EnumerateRunes())
        {
            if (safe.Length >= longest) return safe.Append('…').ToString();
            if (IsPlain(rune)) safe.Append(rune.ToString());
            else safe.Append(CultureInfo.InvariantCulture, $"\\u{{{rune.Value:x}}}");
        }

        return safe.ToString();
    }

    static bool NeedsEscape(string text)
    {
        foreach (var rune in text.EnumerateRunes())
            if (!IsPlain(rune)) return true;
        return false;
    }

    // Format covers the direction overrides and zero-width characters that make one name look like another.
    static bool IsPlain(Rune rune) => Rune.GetUnicodeCategory(rune) is not (UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.Surrogate
        or UnicodeCategory.PrivateUse or UnicodeCategory.OtherNotAssigned or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator);
}
