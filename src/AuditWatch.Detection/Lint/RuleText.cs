using AuditWatch.Sigma.Parsing;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;
using YamlDotNet.RepresentationModel;

namespace AuditWatch.Detection.Lint;

/// <summary>The text of a rule file with the places of what stands in it, so that a repair changes nothing but what it must: comments, quotes and layout stay.</summary>
sealed class RuleText
{
    readonly string _text;
    readonly List<int> _lines = [0];
    readonly IReadOnlyList<YamlMappingNode> _documents;

    RuleText(string text, IReadOnlyList<YamlMappingNode> documents)
    {
        (_text, _documents) = (text, documents);
        for (var i = 0; i < text.Length; i++)
            if (text[i] == '\n') _lines.Add(i + 1);
    }

    string LineEnd => _text.Contains("\r\n", StringComparison.Ordinal) ? "\r\n" : "\n";

    /// <summary>Null when it is not YAML of maps: then nothing in it can be repaired.</summary>
    public static RuleText? Read(string text)
    {
        try
        {
            var stream = new YamlStream();
            stream.Load(new StringReader(text));
            return new RuleText(text, [.. stream.Documents.Select(d => d.RootNode).OfType<YamlMappingNode>()]);
        }
        catch (YamlException)
        {
            return null;
        }
    }

    /// <summary>The changes that a repair asks for; none when the place is not as it is thought to be.</summary>
    public IReadOnlyList<TextEdit> Edits(Repair repair)
    {
        var document = _documents.LastOrDefault(d => d.Start.Line <= repair.Line);
        if (document is null) return [];
        switch (repair.Kind)
        {
            case RepairKind.Head: return Head(document, repair.Text);
            case RepairKind.Order: return Order(document, repair.Text.Split(' '));
            case RepairKind.Tag:
                return Find(document, "tags") is YamlSequenceNode tags && tags.Children.OfType<YamlScalarNode>().FirstOrDefault(t => t.Value == repair.Old) is { } tag ? Instead(tag, repair.Text) : [];
            case RepairKind.Member:
                YamlNode? at = document;
                foreach (var key in repair.Old!.Split('/')) at = at is YamlMappingNode map ? Find(map, key) : null;
                return at is YamlScalarNode member ? Instead(member, repair.Text) : [];
            case RepairKind.Key: return ScalarAt(document, repair, keys: true) is var (key_, _) && key_ is not null ? Instead(key_, repair.Text) : [];
            case RepairKind.Value: return ScalarAt(document, repair, keys: false).Scalar is { } value ? Instead(value, repair.Text) : [];
            case RepairKind.AnotherValue: return ScalarAt(document, repair, keys: false) is ({ } old, var list) ? Beside(old, list, repair.Text) : [];
            default: return [];
        }
    }

    /// <summary>The text with changes made, and how many: where two touch, the first counts.</summary>
    public (string Text, int Made) Apply(IEnumerable<TextEdit> edits)
    {
        var text = _text;
        var (made, before) = (0, int.MaxValue);
        // From the end, so that places stay; what goes in at one place keeps its order.
        foreach (var edit in edits.Distinct().Select((e, i) => (Edit: e, Order: i)).OrderByDescending(e => Offset(e.Edit.Line, e.Edit.Column)).ThenByDescending(e => e.Order).Select(e => e.Edit))
        {
            var (start, end) = (Offset(edit.Line, edit.Column), Offset(edit.EndLine, edit.EndColumn));
            if (end > before) continue;
            text = text[..start] + edit.Text + text[end..];
            (made, before) = (made + 1, start);
        }

        return (text, made);
    }

    int Offset(int line, int column) => Math.Min(_lines[Math.Min(line, _lines.Count) - 1] + column - 1, _text.Length);

    static TextEdit[] Instead(YamlScalarNode scalar, string text) =>
        scalar.Style is ScalarStyle.Folded or ScalarStyle.Literal ? [] : [new((int)scalar.Start.Line, (int)scalar.Start.Column, (int)scalar.End.Line, (int)scalar.End.Column, text)];

    TextEdit[] Beside(YamlScalarNode value, YamlSequenceNode? list, string text)
    {
        var (line, column) = ((int)value.Start.Line, (int)value.Start.Column);
        if (list is null) return [new(line, column, (int)value.End.Line, (int)value.End.Column, $"[{Raw(value)}, {text}]")];
        if (list.Style == SequenceStyle.Flow) return [new(line, column, line, column, text + ", ")];
        // A list of lines: the same indentation and dash as the line of the value.
        var begin = _text[_lines[line - 1]..Offset(line, column)];
        return begin.Trim() == "-" ? [new(line, 1, line, 1, begin + text + LineEnd)] : [];
    }

    TextEdit[] Head(YamlMappingNode document, string line)
    {
        if (document.Style == MappingStyle.Flow || Find(document, "title") is not YamlScalarNode title || Find(document, line.Split(':')[0]) is not null) return [];
        var behind = Find(document, "sigma-version") is { } version && version.Start.Line > title.Start.Line ? version : title;
        var next = (int)behind.End.Line + (behind.End.Column > 1 ? 1 : 0);
        return next > _lines.Count ? [] : [new(next, 1, next, 1, line + LineEnd)];
    }

    TextEdit[] Order(YamlMappingNode document, string[] order)
    {
        var keys = document.Children.Keys.OfType<YamlScalarNode>().ToArray();
        // Anchors must stand before what refers to them, and a comment's lines belong to the key below them.
        if (document.Style == MappingStyle.Flow || keys.Length != document.Children.Count || keys.Any(k => k.Start.Column != 1) || document.AllNodes.Any(n => !n.Anchor.IsEmpty)) return [];
        var starts = keys.Select(k => (int)k.Start.Line).ToArray();
        var last = LastLine(document);
        for (var i = 1; i < starts.Length; i++)
            while (starts[i] - 1 > starts[i - 1] && _text[_lines[starts[i] - 2]] == '#') starts[i]--;
        var blocks = keys.Select((k, i) => (Key: k.Value ?? "", Text: Lines(starts[i], i + 1 < keys.Length ? starts[i + 1] : last + 1))).ToArray();
        var sorted = blocks.OrderBy(b => Array.IndexOf(order, b.Key) is >= 0 and var at ? at : order.Length - 1.5).Select(b => b.Text).ToArray();
        return sorted.SequenceEqual(blocks.Select(b => b.Text)) ? [] : [new(starts[0], 1, last + 1, 1, string.Concat(sorted))];
    }

    // The last line of a document that is not its end, nor a comment before the next.
    int LastLine(YamlMappingNode document)
    {
        var next = _documents.SkipWhile(d => d != document).Skip(1).FirstOrDefault();
        var last = next is null ? _lines.Count : (int)next.Start.Line - 1;
        while (last > 1 && Lines(last, last + 1).Trim() is var text && (text.Length == 0 || text[0] == '#' || text.StartsWith("---", StringComparison.Ordinal) || text == "...")) last--;
        return last;
    }

    // Every line with an end, so that blocks can change places.
    string Lines(int from, int to)
    {
        var text = _text[_lines[from - 1]..(to - 1 < _lines.Count ? _lines[to - 1] : _text.Length)];
        return text.Length == 0 || text.EndsWith('\n') ? text : text + LineEnd;
    }

    string Raw(YamlScalarNode value) => _text[Offset((int)value.Start.Line, (int)value.Start.Column)..Offset((int)value.End.Line, (int)value.End.Column)];

    static YamlNode? Find(YamlMappingNode map, string key) => map.Children.FirstOrDefault(c => c.Key is YamlScalarNode { Value: var name } && name == key).Value;

    static (YamlScalarNode? Scalar, YamlSequenceNode? List) ScalarAt(YamlNode node, Repair repair, bool keys)
    {
        switch (node)
        {
            case YamlMappingNode map:
                foreach (var (key, value) in map.Children)
                {
                    if (keys && Is(key)) return ((YamlScalarNode)key, null);
                    if (!keys && Is(value)) return ((YamlScalarNode)value, null);
                    if (ScalarAt(value, repair, keys) is { Scalar: not null } found) return found;
                }

                return default;
            case YamlSequenceNode list:
                foreach (var item in list.Children)
                {
                    if (!keys && Is(item)) return ((YamlScalarNode)item, list);
                    if (ScalarAt(item, repair, keys) is { Scalar: not null } found) return found;
                }

                return default;
            default: return default;
        }

        bool Is(YamlNode one) => one is YamlScalarNode && one.Start.Line == repair.Line && one.Start.Column == repair.Column;
    }
}
