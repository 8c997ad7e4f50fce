using System.Text;
using AuditWatch.Sigma.Evaluation;
using AuditWatch.Sigma.Parsing;

namespace AuditWatch.Sigma.Compilation;

/// <summary>Replaces <c>%name%</c> by the entries of a list; several placeholders in one value give every combination. <c>\%</c> is a percent sign.</summary>
internal sealed class PlaceholderExpander(IListSource? lists, ProblemList problems)
{
    public const int MaxValues = 1_000_000;

    /// <summary>Without lists (while parsing) values with placeholders are left out: their entries are checked when the rule is compiled.</summary>
    public IReadOnlyList<SigmaScalar> Expand(IReadOnlyList<SigmaScalar> values)
    {
        var expanded = new List<SigmaScalar>();
        foreach (var value in values)
        {
            var parts = Split(value);
            if (parts.All(p => !p.IsName))
            {
                problems.Error(Codes.Placeholder, value.Place, $"'expand' finds no placeholder in '{value.Text}'.", "Write the name of a list between percent signs: %name%.");
                continue;
            }
            var texts = new List<string> { "" };
            foreach (var (text, isName) in parts)
            {
                var entries = isName ? Entries(text, value.Place) : [text];
                if (entries is null) { texts.Clear(); break; }
                if ((long)texts.Count * entries.Count + expanded.Count > MaxValues)
                {
                    problems.Error(Codes.TooManyValues, value.Place, $"'{value.Text}' expands to more than {MaxValues} values.", "Use one placeholder per value.");
                    return expanded;
                }
                texts = [.. texts.SelectMany(t => entries.Select(e => t + e))];
            }
            expanded.AddRange(texts.Select(t => new SigmaScalar(SigmaScalarKind.Text, t, value.Place)));
        }
        return expanded;
    }

    IReadOnlyList<string>? Entries(string name, Place place)
    {
        if (lists is null) return null;
        var entries = lists.Find(name);
        if (entries is null) problems.Error(Codes.Placeholder, place, $"There is no list '{name}'.", $"Add a list file of this name, or correct '%{name}%'.");
        else if (entries.Count == 0) problems.Error(Codes.Placeholder, place, $"The list '{name}' has no entries.", "Add an entry; a rule over nothing could not match.");
        else return entries;
        return null;
    }

    static List<(string Text, bool IsName)> Split(SigmaScalar value)
    {
        var parts = new List<(string, bool)>();
        var text = new StringBuilder();
        for (var i = 0; i < value.Text.Length; i++)
        {
            var c = value.Text[i];
            if (c == '\\' && i + 1 < value.Text.Length && value.Text[i + 1] == '%') { text.Append('%'); i++; continue; }
            var end = c == '%' ? value.Text.IndexOf('%', i + 1) : -1;
            if (end < 0 || end == i + 1 || value.Text[(i + 1)..end].Any(n => !char.IsAsciiLetterOrDigit(n) && n is not ('_' or '-' or '.'))) { text.Append(c); continue; }
            if (text.Length > 0) parts.Add((text.ToString(), false));
            text.Clear();
            parts.Add((value.Text[(i + 1)..end], true));
            i = end;
        }
        if (text.Length > 0) parts.Add((text.ToString(), false));
        return parts;
    }
}
