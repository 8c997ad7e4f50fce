namespace AuditWatch.Sigma.Evaluation;

/// <summary>Texts one of which must be written for something to hold: only characters that no writer of JSON escapes.</summary>
internal sealed class NeededText
{
    const int Shortest = 3, Most = 96;

    readonly int _worth;

    NeededText(IReadOnlyCollection<string> texts, int worth) => (Texts, _worth) = (texts, worth);

    public IReadOnlyCollection<string> Texts { get; }

    public static NeededText? Of(string text) => OfAny([text], isValue: false);

    /// <summary>Null when one of them is too short to be worth a search. Values are rarer than keys.</summary>
    public static NeededText? OfAny(IReadOnlyCollection<string>? texts, bool isValue)
    {
        if (texts is null || texts.Count is 0 or > Most) return null;
        var plain = texts.Select(LongestPlain).ToArray();
        var shortest = plain.Min(t => t.Length);
        return shortest < Shortest ? null : new NeededText(plain, shortest + (isValue ? 3 : 0));
    }

    public static NeededText? Better(NeededText? one, NeededText? other) => one is null ? other : other is null || one._worth >= other._worth ? one : other;

    public NeededText? Or(NeededText other) =>
        Texts.Count + other.Texts.Count > Most ? null : new NeededText([.. Texts, .. other.Texts], Math.Min(_worth, other._worth));

    static string LongestPlain(string text)
    {
        int best = 0, length = 0, from = 0;
        for (var i = 0; i <= text.Length; i++)
        {
            if (i < text.Length && IsPlain(text[i])) continue;
            if (i - from > length) (best, length) = (from, i - from);
            from = i + 1;
        }
        return text.Substring(best, length);
    }

    static bool IsPlain(char c) => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.' or ':' or ' ' or '=' or ',' or '@';
}
