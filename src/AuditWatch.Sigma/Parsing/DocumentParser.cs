using AuditWatch.Sigma.Compilation;
using AuditWatch.Sigma.Yaml;

namespace AuditWatch.Sigma.Parsing;

/// <summary>Reads one document: what it is, its head, and its detection, filter or correlation.</summary>
internal sealed class DocumentParser
{
    static readonly string[] Known =
    [
        "title", "id", "name", "related", "taxonomy", "status", "description", "license", "author", "references", "date", "modified", "logsource", "detection",
        "correlation", "filter", "fields", "falsepositives", "level", "tags", "scope", "sigma-version", "rules",
    ];

    static readonly string[] Bodies = ["detection", "correlation", "filter"];

    readonly YamlMap _map;
    readonly string _file;
    readonly ProblemList _problems;
    readonly DocumentHead _head;

    DocumentParser(YamlMap map, string file, ProblemList problems)
    {
        (_map, _file, _problems) = (map, file, problems);
        _head = new(map, problems);
    }

    public static SigmaDocument? Parse(YamlValue root, string file, ProblemList problems)
    {
        if (root is not YamlMap map)
        {
            problems.Error(Codes.NotADocument, root.Place, $"A Sigma document is a map, not {root.Noun}.", "Begin with 'title:'.");
            return null;
        }
        return new DocumentParser(map, file, problems).Parse();
    }

    SigmaDocument? Parse()
    {
        _problems.Rule = _map.Find("name") is YamlScalar { Text.Length: > 0 } name ? name.Text : (_map.Find("title") as YamlScalar)?.Text;
        string[] kinds = [.. Bodies.Where(k => _map.Find(k) is not null)];
        if (kinds.Length != 1)
        {
            _problems.Error(Codes.NotADocument, _map.Place,
                kinds.Length == 0 ? "The document has no 'detection', 'correlation' or 'filter'." : $"The document has both '{kinds[0]}' and '{kinds[1]}'.",
                "A document is one of a rule (detection), a correlation or a filter; separate documents by a line '---'.");
            return null;
        }
        foreach (var (key, _) in _map.Items)
            if (!Known.Contains(key.Text) && Suggestion.For(key.Text, Known) is { } near && Math.Abs(near.Length - key.Text.Length) <= 1)
                _problems.Warning(Codes.UnknownKey, key.Place, $"'{key.Text}' is kept as a custom key.", $"Did you mean '{near}'?");
        if (_map.Find(kinds[0]) is not YamlMap body)
        {
            _problems.Error(Codes.WrongType, _map.Find(kinds[0])!.Place, $"'{kinds[0]}' must be a map.", null);
            return null;
        }
        return kinds[0] switch { "detection" => Rule(body), "filter" => Filter(body), _ => Correlation(body) };
    }

    SigmaRule? Rule(YamlMap body)
    {
        var detection = new DetectionParser(_problems).Parse(body, []);
        var logSource = _head.LogSource(required: true);
        var title = _head.Title();
        if (detection is null || title is null) return null;
        var rule = Fill(new SigmaRule
        {
            File = _file,
            Line = _map.Place.Line,
            Title = title,
            Id = _head.Id(title, body),
            Name = _head.Name(title),
            Detection = detection,
            LogSource = logSource,
            Taxonomy = _head.Text("taxonomy", "sigma"),
            Extensions = new ExtensionParser(_map, _problems).OfRule(),
        });
        NoteSigmaVersion(detection);
        DetectionCompiler.Check(rule.Detection, _file, _problems);
        return rule;
    }

    SigmaFilter? Filter(YamlMap body)
    {
        var rules = _head.Names(body, "rules");
        if (rules is ["any"]) rules = [];
        var detection = new DetectionParser(_problems).Parse(body, ["rules"]);
        var logSource = _head.LogSource(required: true);
        var title = _head.Title();
        if (detection is null || title is null) return null;
        var filter = Fill(new SigmaFilter
        {
            File = _file,
            Line = _map.Place.Line,
            Title = title,
            Id = _head.Id(title, body),
            Name = _head.Name(title),
            Detection = detection,
            LogSource = logSource,
            Rules = rules,
            Extensions = new ExtensionParser(_map, _problems).OfFilter(),
        });
        DetectionCompiler.Check(filter.Detection, _file, _problems);
        return filter;
    }

    SigmaCorrelation? Correlation(YamlMap body)
    {
        var title = _head.Title();
        var draft = new CorrelationParser(body, _map, _problems).Parse();
        if (draft is null || title is null) return null;
        return Fill(draft with
        {
            Extensions = new ExtensionParser(_map, _problems).OfCorrelation(draft),
            File = _file,
            Line = _map.Place.Line,
            Title = title,
            Id = _head.Id(title, body),
            Name = _head.Name(title),
            LogSource = _head.LogSource(required: false),
        });
    }

    T Fill<T>(T document) where T : SigmaDocument => document with
    {
        Description = _head.Text("description", ""),
        Level = _head.OneOf("level", "medium", ["informational", "low", "medium", "high", "critical"]),
        Status = _head.OneOf("status", "experimental", ["experimental", "test", "stable", "deprecated", "unsupported"]),
        Tags = _head.Names(_map, "tags"),
        FalsePositives = _head.Names(_map, "falsepositives"),
        Author = _head.Text("author", ""),
        Date = _head.Text("date", ""),
        Modified = _head.Text("modified", ""),
        References = _head.Names(_map, "references"),
        ShownFields = _head.Names(_map, "fields"),
        Related = _head.Related(),
        HasOwnId = _map.Find("id") is YamlScalar { Text.Length: > 0 },
        Keys = [.. _map.Items.Select(i => i.Key.Text)],
        Custom = _map.ToPlain().Where(i => !Known.Contains(i.Key)).ToDictionary(StringComparer.Ordinal),
    };

    // Engines that follow SEP #213 read brackets as part of the name unless the document says version 3.
    void NoteSigmaVersion(SigmaDetection detection)
    {
        if (_map.Find("sigma-version") is null && detection.Selections.Any(s => UsesArrays(s.Body)))
            _problems.Info(Codes.SigmaVersion, _map.Place, "The rule uses array selectors without 'sigma-version: 3'; other engines may read the brackets as part of the field name.", "Add 'sigma-version: 3'.", new Repair(RepairKind.Head, _map.Place.Line, 1, "sigma-version: 3"));
    }

    static bool UsesArrays(Criterion criterion) => criterion switch
    {
        ArrayTest => true,
        AllOf all => all.Items.Any(UsesArrays),
        AnyOf any => any.Items.Any(UsesArrays),
        _ => false,
    };
}
