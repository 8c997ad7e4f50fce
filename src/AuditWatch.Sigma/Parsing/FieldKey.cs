using System.Globalization;

namespace AuditWatch.Sigma.Parsing;

/// <summary>One step of a field key: a path, then possibly a selector in brackets.</summary>
internal readonly record struct FieldStep(string Path, ArrayQuantifier? Selector, int Index);

/// <summary>A key of a detection map taken apart: <c>path[any].path|modifier|modifier</c>.</summary>
internal sealed record FieldKey(IReadOnlyList<FieldStep> Steps, IReadOnlyList<string> Modifiers)
{
    public bool HasSelector => Steps.Any(s => s.Selector is not null);

    /// <summary>Null, with a problem, when a part is not understood.</summary>
    public static FieldKey? Parse(string key, Place place, ProblemList problems)
    {
        var bar = key.IndexOf('|');
        var modifiers = new List<string>();
        if (bar >= 0)
        {
            foreach (var written in key[(bar + 1)..].Split('|'))
            {
                if (Parsing.Modifiers.Canonical(written) is { } known) { modifiers.Add(known); continue; }
                problems.Error(Codes.UnknownModifier, place, $"'{written}' is no modifier.",
                    Suggestion.For(written, Parsing.Modifiers.All) is { } near ? $"Did you mean '{near}'?" : "The modifiers are listed in docs/sigma.md.");
                return null;
            }
        }
        var steps = ParseSteps(bar >= 0 ? key[..bar] : key, place, problems);
        return steps is null ? null : new(steps, modifiers);
    }

    static List<FieldStep>? ParseSteps(string text, Place place, ProblemList problems)
    {
        var steps = new List<FieldStep>();
        var path = new System.Text.StringBuilder();
        for (var i = 0; i < text.Length; i++)
        {
            var c = text[i];
            if (c == '\\' && i + 1 < text.Length && text[i + 1] is '[' or ']') { path.Append('\\').Append(text[++i]); continue; }
            // A bracket after a dot, or at the start, quotes a key that holds dots: annotations.[authorization.k8s.io/decision].
            if (c == '[' && (path.Length == 0 || path[^1] == '.') && !(path.Length == 0 && steps.Count > 0))
            {
                var close = text.IndexOf(']', i);
                if (close < 0) return Refuse("the bracket is never closed.");
                path.Append(text, i, close - i + 1);
                i = close;
                continue;
            }
            if (c != '[') { path.Append(c); continue; }
            var end = text.IndexOf(']', i);
            if (end < 0) return Refuse("the bracket is never closed.");
            var word = text[(i + 1)..end];
            ArrayQuantifier? selector = word switch { "any" => ArrayQuantifier.Any, "all" => ArrayQuantifier.All, "all_or_empty" => ArrayQuantifier.AllOrEmpty, "none" => ArrayQuantifier.None, _ => null };
            var index = 0;
            if (selector is null)
            {
                if (!int.TryParse(word, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out index)) return Refuse($"[{word}] is no array selector.");
                selector = ArrayQuantifier.Index;
            }
            steps.Add(new(path.Length == 0 ? "." : path.ToString(), selector, index));
            path.Clear();
            i = end;
            if (i + 1 >= text.Length) break;
            if (text[i + 1] == '.') { i++; if (i + 1 >= text.Length) return Refuse("the name ends in a dot."); }
            else if (text[i + 1] != '[') return Refuse("after an array selector only '.' or another selector may follow.");
        }
        if (path.Length > 0) steps.Add(new(path.ToString(), null, 0));
        return steps;

        List<FieldStep>? Refuse(string message)
        {
            problems.Error(Codes.ArraySelector, place, $"In '{text}': {message}", "Use [any], [all], [all_or_empty], [none], [0] or [-1]; write \\[ for a bracket that belongs to the name.");
            return null;
        }
    }
}
