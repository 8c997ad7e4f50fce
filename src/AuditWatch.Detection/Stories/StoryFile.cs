using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using AuditWatch.Detection.Rules;
using AuditWatch.Detection.Testing;
using AuditWatch.Sigma.Parsing;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace AuditWatch.Detection.Stories;

/// <summary>Reads stories: <c>*.stories.yml</c> beside rules, and every file in <c>traces/counted</c>.</summary>
static class StoryFile
{
    const string Suffix = ".stories.yml";
    const int MostEvents = 100_000;

    static readonly DateTimeOffset Begin = new(2026, 11, 1, 0, 0, 0, TimeSpan.Zero);
    static readonly string[] FileWords = ["correlation", "stories"], StoryWords = ["it", "profile", "events", "expect"], EventWords = ["at", "from", "with", "times", "every", "vary"], ExpectWords = ["alerts", "incidents"];

    public static bool Is(string file) => file.EndsWith(Suffix, StringComparison.Ordinal);

    /// <summary>The story files of a rule folder, by path.</summary>
    public static IEnumerable<string> All(string dir)
    {
        var told = Path.Combine(dir, "traces", "counted");
        return RuleFiles.Yaml(dir).Where(f => Is(f) || Path.GetDirectoryName(f) == told);
    }

    /// <summary>The stories of a file; what is wrong with it goes to <paramref name="problems"/>, with its place.</summary>
    public static IReadOnlyList<ToldStory> Read(string file, TestEvents bases, ICollection<Problem> problems)
    {
        if (RuleFiles.TryRead(file, problems) is not { } text) return [];
        try
        {
            var yaml = new YamlStream();
            yaml.Load(new StringReader(text));
            return [.. yaml.Documents.SelectMany(d => Stories(file, d.RootNode, bases))];
        }
        catch (YamlException e)
        {
            problems.Add(new Problem("AW1600", ProblemSeverity.Error, file, (int)e.Start.Line, (int)e.Start.Column, null, e.Message, "See detections/README.md for the form of a story."));
            return [];
        }
    }

    static IEnumerable<ToldStory> Stories(string file, YamlNode root, TestEvents bases)
    {
        var map = Map(root, FileWords, "A file of stories has 'stories', and 'correlation' when all of them are about one.");
        var correlation = Text(map, "correlation");
        foreach (var node in Child(map, "stories") is YamlSequenceNode stories ? stories.Children : throw Wrong(root, "A file of stories needs 'stories'."))
        {
            var story = Map(node, StoryWords, "A story is a map with it, events, expect.");
            if (Child(story, "events") is not YamlSequenceNode events) throw Wrong(node, "A story needs 'events': a list, in time.");
            var (alerts, order, incidents) = Expectation(story, correlation);
            yield return new(
                file, (int)node.Start.Line, correlation, Text(story, "it") ?? throw Wrong(node, "A story needs 'it': what it shows, in words."), Text(story, "profile") ?? "vanilla",
                [.. Tell(events, bases)], alerts, order, incidents);
        }
    }

    static (IReadOnlyDictionary<string, int> Alerts, IReadOnlyList<string>? InOrder, int? Incidents) Expectation(YamlMappingNode story, string? correlation)
    {
        var node = Child(story, "expect") ?? throw Wrong(story, "A story needs 'expect': how many alerts, or a map with alerts and incidents.");
        if (node is YamlScalarNode number)
            return (new Dictionary<string, int> { [correlation ?? throw Wrong(node, "A number alone needs 'correlation' at the top of the file; write {alerts: {NAME: NUMBER}}.")] = Number(number) }, null, null);
        var map = Map(node, ExpectWords, "'expect' is a number, or a map with alerts and incidents.");
        int? incidents = Child(map, "incidents") is { } said ? Number(said) : null;
        return Child(map, "alerts") switch
        {
            null when incidents is not null => (new Dictionary<string, int>(), null, incidents),
            YamlSequenceNode list => (new Dictionary<string, int>(), [.. list.Select(n => Scalar(n))], incidents),
            YamlMappingNode counts => (counts.Children.ToDictionary(c => Scalar(c.Key), c => Number(c.Value), StringComparer.Ordinal), null, incidents),
            _ => throw Wrong(node, "'alerts' is a list of rule names in the order of their alerts, or a map from rule names to how many."),
        };
    }

    static IEnumerable<ReadOnlyMemory<byte>> Tell(YamlSequenceNode events, TestEvents bases)
    {
        var number = 0;
        foreach (var node in events)
        {
            var one = Map(node, EventWords, "An event is a map with at and from.");
            var times = Child(one, "times") is { } repeated ? Number(repeated) : 1;
            if (number + times > MostEvents) throw Wrong(node, $"A story has at most {MostEvents} events.");
            for (var i = 0; i < times; i++)
            {
                var at = Begin + Span(one, "at") + (Child(one, "every") is null ? TimeSpan.Zero : Span(one, "every") * i);
                yield return Encoding.UTF8.GetBytes(Event(one, bases, i + 1, ++number, at).ToJsonString());
            }
        }
    }

    static JsonObject Event(YamlMappingNode one, TestEvents bases, int repetition, int number, DateTimeOffset at)
    {
        var e = bases.Find(Text(one, "from") ?? throw Wrong(one, "An event needs 'from': FILE#NAME of a complete event."), out var problem) ?? throw Wrong(one, problem ?? "There is no such event.");
        try
        {
            foreach (var (path, value) in Changes(one, "with")) EventPatch.Apply(e, path, value);
            foreach (var (path, value) in Changes(one, "vary"))
                EventPatch.Apply(e, path, JsonNode.Parse((value ?? throw Wrong(one, "'vary' sets texts with {n}.")).ToJsonString().Replace("{n}", repetition.ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal)));
        }
        catch (Exception fault) when (fault is FormatException or InvalidOperationException)
        {
            throw Wrong(one, $"The event cannot be changed so: {fault.Message}");
        }

        e["auditID"] = $"00000000-0000-4000-8000-{number:d12}";
        foreach (var stamp in (string[])["requestReceivedTimestamp", "stageTimestamp"]) e[stamp] = at.ToString("yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'", CultureInfo.InvariantCulture);
        return e;
    }

    static JsonObject Changes(YamlMappingNode one, string key) => Child(one, key) is { } node ? YamlJson.Of(node) as JsonObject ?? throw Wrong(node, $"'{key}' is a map from paths to values.") : [];

    // 8d1h, 90s.
    static TimeSpan Span(YamlMappingNode map, string key)
    {
        var text = Text(map, key) ?? throw Wrong(map, $"An event needs '{key}', for instance 90s or 8d1h.");
        var (sum, number, isOpen) = (TimeSpan.Zero, 0, false);
        foreach (var c in text)
        {
            if (char.IsAsciiDigit(c) && number < 100_000_000)
            {
                (number, isOpen) = ((number * 10) + (c - '0'), true);
                continue;
            }

            sum += c switch { 'd' => TimeSpan.FromDays(number % 100_000), 'h' => TimeSpan.FromHours(number % 1_000_000), 'm' => TimeSpan.FromMinutes(number), 's' => TimeSpan.FromSeconds(number), _ => throw Wrong(map, $"'{text}' is no time; write 90s, 15m, 8d1h.") };
            (number, isOpen) = (0, false);
        }

        return isOpen || text.Length == 0 ? throw Wrong(map, $"'{text}' is no time; write 90s, 15m, 8d1h.") : sum;
    }

    static YamlMappingNode Map(YamlNode node, string[] words, string form)
    {
        var map = node as YamlMappingNode ?? throw Wrong(node, form);
        return map.Children.Keys.FirstOrDefault(k => !words.Contains((k as YamlScalarNode)?.Value)) is { } unknown ? throw Wrong(unknown, $"'{unknown}' is no part of this; there are {string.Join(", ", words)}.") : map;
    }

    static YamlNode? Child(YamlMappingNode map, string key) => map.Children.TryGetValue(new YamlScalarNode(key), out var child) ? child : null;

    static string? Text(YamlMappingNode map, string key) => Child(map, key) is { } node ? Scalar(node) : null;

    static string Scalar(YamlNode node) => node is YamlScalarNode { Value: { } value } ? value : throw Wrong(node, "Here a text must stand.");

    static int Number(YamlNode node) => node is YamlScalarNode { Value: { } value } && int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : throw Wrong(node, "Here a whole number must stand.");

    static YamlException Wrong(YamlNode node, string message) => new(node.Start, node.End, message);
}
