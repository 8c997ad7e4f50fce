using System.Globalization;
using System.Text;

namespace AuditWatch.Server.Notifications;

/// <summary>Text of events as one harmless line: no control, no line break, nothing that hides or turns text, and no longer than it may be.</summary>
static class PlainText
{
    public static string Of(string? text, int longest)
    {
        if (string.IsNullOrEmpty(text)) return "";
        var safe = new StringBuilder(Math.Min(text.Length, longest) + 1);
        foreach (var rune in text.EnumerateRunes())
        {
            var isSafe = Rune.GetUnicodeCategory(rune) is not (UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.LineSeparator
                or UnicodeCategory.ParagraphSeparator or UnicodeCategory.PrivateUse or UnicodeCategory.OtherNotAssigned or UnicodeCategory.Surrogate);
            var piece = isSafe ? rune.ToString() : rune.Value is '\n' or '\r' or '\t' ? " " : "\uFFFD";
            if (safe.Length + piece.Length > longest - 1)
            {
                safe.Append('…');
                break;
            }
            safe.Append(piece);
        }
        return safe.ToString();
    }
}
