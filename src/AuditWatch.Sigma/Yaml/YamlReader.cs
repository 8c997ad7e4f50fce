using AuditWatch.Sigma.Parsing;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace AuditWatch.Sigma.Yaml;

/// <summary>Reads documents from YAML events, so that every node knows its line and column, and nothing grows past a limit.</summary>
internal sealed class YamlReader
{
    public const int MaxDepth = 48;
    public const int MaxNodes = 200_000;

    readonly IParser _parser;
    readonly ProblemList _problems;
    readonly int _linesBefore;
    readonly Dictionary<string, YamlValue> _anchors = new(StringComparer.Ordinal);
    long _nodes;

    YamlReader(string text, int linesBefore, ProblemList problems)
    {
        _parser = new Parser(new StringReader(text));
        _problems = problems;
        _linesBefore = linesBefore;
    }

    /// <summary>Every document that could be read; reading ends at the first syntax error, which is reported.</summary>
    public static IReadOnlyList<YamlValue> Read(string text, ProblemList problems, int linesBefore = 0)
    {
        var documents = new List<YamlValue>();
        var reader = new YamlReader(text, linesBefore, problems);
        try
        {
            reader.ReadAll(documents);
        }
        catch (YamlRefused refused)
        {
            problems.Error(refused.Code, refused.Place, refused.Message, refused.Fix);
        }
        catch (YamlException wrong)
        {
            problems.Error(Codes.Syntax, reader.At(wrong.Start), "This is not valid YAML: " + Sentence(wrong), "Check indentation, quotes and colons here and on the line before.");
        }
        catch (Exception wrong) when (wrong is not OutOfMemoryException)
        {
            // The YAML scanner answers some malformed texts with whatever exception its inner state leads to.
            problems.Error(Codes.Syntax, reader._parser.Current is { } last ? reader.At(last.End) : new(linesBefore + 1, 1), "This is not valid YAML.", "Check indentation, quotes and colons here and on the line after.");
        }
        return documents;
    }

    void ReadAll(List<YamlValue> documents)
    {
        while (_parser.MoveNext())
        {
            if (_parser.Current is not DocumentStart) continue;
            _anchors.Clear();
            _parser.MoveNext();
            documents.Add(ReadValue(1));
        }
    }

    /// <summary>Reads the node that the parser stands on; afterwards it stands on the node's last event.</summary>
    YamlValue ReadValue(int depth)
    {
        var current = _parser.Current ?? throw new YamlRefused(Codes.Syntax, default, "The document ends too early.", null);
        var place = At(current.Start);
        if (depth > MaxDepth) throw TooDeep(place);
        if (current is AnchorAlias alias)
        {
            if (!_anchors.TryGetValue(alias.Value.Value, out var shared))
                throw new YamlRefused(Codes.Syntax, place, $"The alias *{alias.Value.Value} points at no anchor before it.", "Define the anchor first, outside of itself.");
            if (depth + shared.Height > MaxDepth) throw TooDeep(place);
            Count(shared.Weight, place);
            return shared;
        }
        Count(1, place);
        YamlValue value = current switch
        {
            Scalar scalar => ReadScalar(scalar, place),
            SequenceStart => ReadList(place, depth),
            MappingStart => ReadMap(place, depth),
            _ => throw new YamlRefused(Codes.Syntax, place, "A value was expected here.", null),
        };
        if (current is NodeEvent { Anchor.IsEmpty: false } anchored) _anchors[anchored.Anchor.Value] = value;
        return value;
    }

    static YamlScalar ReadScalar(Scalar scalar, Place place)
    {
        if (!scalar.Tag.IsEmpty && !scalar.Tag.IsNonSpecific && scalar.Tag.Value is not "tag:yaml.org,2002:str")
            throw new YamlRefused(Codes.YamlFeature, place, $"The YAML tag {scalar.Tag.Value} is not supported.", "Remove the tag; quote the value if it is a text.");
        return new(scalar.Value, scalar.Style == ScalarStyle.Plain && scalar.Tag.IsEmpty) { Place = place, Weight = 1, Height = 1 };
    }

    YamlList ReadList(Place place, int depth)
    {
        var items = new List<YamlValue>();
        while (_parser.MoveNext() && _parser.Current is not SequenceEnd) items.Add(ReadValue(depth + 1));
        return new(items) { Place = place, Weight = 1 + items.Sum(i => i.Weight), Height = 1 + (items.Count == 0 ? 0 : items.Max(i => i.Height)) };
    }

    YamlMap ReadMap(Place place, int depth)
    {
        var items = new List<KeyValuePair<YamlScalar, YamlValue>>();
        var seen = new Dictionary<string, Place>(StringComparer.Ordinal);
        while (_parser.MoveNext() && _parser.Current is not MappingEnd)
        {
            var keyPlace = At(_parser.Current!.Start);
            if (ReadValue(depth + 1) is not YamlScalar key)
                throw new YamlRefused(Codes.WrongType, keyPlace, "A key must be a plain text.", "Write `key: value`.");
            if (key is { Text: "<<", IsPlain: true })
                throw new YamlRefused(Codes.YamlFeature, keyPlace, "YAML merge keys (<<) are not part of Sigma.", "Write the keys out.");
            _parser.MoveNext();
            var value = ReadValue(depth + 1);
            if (seen.TryGetValue(key.Text, out var first))
                _problems.Error(Codes.DuplicateKey, keyPlace, $"The key '{key.Text}' stands twice in this map (first in line {first.Line}); only one would count.", "Make it a list of values, or a list of maps.");
            else
                seen.Add(key.Text, keyPlace);
            items.Add(new(key, value));
        }
        return new(items) { Place = place, Weight = 1 + items.Sum(i => 1 + i.Value.Weight), Height = 1 + (items.Count == 0 ? 0 : items.Max(i => i.Value.Height)) };
    }

    void Count(long nodes, Place place)
    {
        _nodes += nodes;
        if (_nodes > MaxNodes)
            throw new YamlRefused(Codes.TooBig, place, $"The document has more than {MaxNodes} values, aliases counted in full.", "Split the file, or move long lists to a list file.");
    }

    static YamlRefused TooDeep(Place place) => new(Codes.TooBig, place, $"The document is nested more than {MaxDepth} levels deep.", "Flatten it.");

    Place At(Mark mark) => new((int)mark.Line + _linesBefore, (int)mark.Column);

    // YamlDotNet puts the position in front of some messages; the place is reported apart.
    static string Sentence(YamlException wrong)
    {
        var text = wrong.Message;
        var cut = text.IndexOf("): ", StringComparison.Ordinal);
        if (text.StartsWith('(') && cut > 0) text = text[(cut + 3)..];
        return text.EndsWith('.') ? text : text + ".";
    }

    sealed class YamlRefused(string code, Place place, string message, string? fix) : Exception(message)
    {
        public string Code { get; } = code;
        public Place Place { get; } = place;
        public string? Fix { get; } = fix;
    }
}
