using System.Collections.Frozen;

namespace AuditWatch.Sigma.Evaluation;

/// <summary>Texts one of which must be written for something to hold: only characters that JSON is never or hardly ever written with escapes for.</summary>
internal sealed class NeededText
{
    const int Shortest = 3, Most = 192, MostEscaped = 3, Telling = 5;

    // Go and others escape these.
    const string Escaped = "<>&";

    /// <summary>Between a key and the beginning of its value.</summary>
    public const string AfterKey = "\":";

    // A text that stands in nearly every object tells nothing.
    const int OfCommonKey = 1, OfKey = 8, OfValue = 12;

    static readonly FrozenSet<string> CommonKeys = FrozenSet.Create(
        StringComparer.OrdinalIgnoreCase,
        "metadata", "spec", "status", "name", "namespace", "labels", "annotations", "template", "containers", "image", "command", "args", "env", "value", "volumes", "volumeMounts",
        "resources", "requests", "limits", "ports", "serviceAccount", "serviceAccountName", "securityContext", "kind", "apiVersion", "data", "type", "path", "rules", "verbs", "roleRef",
        "subjects", "apiGroups", "usages", "signerName", "key", "host", "io", "selector", "matchLabels", "app", "mountPath", "rule");

    readonly int _worth;

    NeededText(IReadOnlyCollection<string> texts, int worth) => (Texts, _worth) = (texts, worth);

    public IReadOnlyCollection<string> Texts { get; }

    /// <summary>The rarest part of a field's path, all of which must be written; null when it has none that is worth a search.</summary>
    public static NeededText? OfPath(string path)
    {
        NeededText? best = null;
        foreach (var part in path.Split('.'))
        {
            var text = LongestPlain(part);
            if (text.Length >= Shortest) best = Better(best, new NeededText([text], CommonKeys.Contains(text) ? OfCommonKey : WorthOf(text)));
        }
        return best;
    }

    /// <summary>
    /// What a value that is written without quotes begins with, after its key (<c>runAsUser":0</c>); a text, or an array that holds it, will do too. White space
    /// around the colon does not count. Null when the key is too short to be worth a search.
    /// </summary>
    public static NeededText? OfBeginning(string path, params ReadOnlySpan<char> beginnings)
    {
        var key = path[(path.LastIndexOf('.') + 1)..];
        if (key.Length < Shortest || LongestPlain(key).Length < key.Length) return null;
        return new NeededText([.. beginnings.ToArray().Concat(['"', '[']).Select(b => key + AfterKey + b)], Math.Max(OfValue, WorthOf(key) + 1));
    }

    /// <summary>Null when one of them is too short to be worth a search. Values are rarer than keys.</summary>
    public static NeededText? OfValues(IReadOnlyCollection<string>? texts)
    {
        if (texts is null || texts.Count is 0 or > Most) return null;
        var plain = texts.SelectMany(Written).ToArray();
        var shortest = plain.Min(t => t.Length);
        return shortest < Shortest ? null : new NeededText(plain, Array.Exists(plain, CommonKeys.Contains) ? OfCommonKey : OfValue + shortest);
    }

    public static NeededText? Better(NeededText? one, NeededText? other) => one is null ? other : other is null || one._worth >= other._worth ? one : other;

    public NeededText? Or(NeededText other)
    {
        // Alternatives often look for the same texts in several fields.
        string[] texts = [.. Texts.Union(other.Texts, StringComparer.OrdinalIgnoreCase)];
        return texts.Length > Most ? null : new NeededText(texts, Math.Min(_worth, other._worth));
    }

    // The part of a text that is written in one way only; of a short one, every way in which it is written.
    static IEnumerable<string> Written(string text)
    {
        var plain = LongestPlain(text);
        if (plain.Length >= Telling || text.Count(Escaped.Contains) is 0 or > MostEscaped || !text.All(c => IsPlain(c) || Escaped.Contains(c))) return [plain];
        IEnumerable<string> ways = [""];
        foreach (var c in text) ways = ways.SelectMany<string, string>(w => Escaped.Contains(c) ? [w + c, $"{w}\\u{(int)c:x4}"] : [w + c]).ToArray();
        return ways;
    }

    static int WorthOf(string key) => OfKey + (key.Length / 4);

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

    static bool IsPlain(char c) => c is >= ' ' and <= '~' and not ('"' or '\\' or '<' or '>' or '&' or '\'');
}
