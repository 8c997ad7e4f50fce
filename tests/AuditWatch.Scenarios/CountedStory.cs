using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using AuditWatch.Detection.Testing;
using YamlDotNet.RepresentationModel;

namespace AuditWatch.Scenarios;

/// <summary>A story about one correlation from <c>detections/traces/counted</c>: events in time, and how many alerts of it they make.</summary>
sealed record CountedStory(string File, string Correlation, string It, IReadOnlyList<ReadOnlyMemory<byte>> Events, int Expect)
{
    static readonly DateTimeOffset Begin = new(2026, 11, 1, 0, 0, 0, TimeSpan.Zero);
    static readonly HashSet<string> Words = ["at", "from", "with", "times", "every", "vary"];

    public static IEnumerable<CountedStory> ReadAll(string detections)
    {
        var bases = new TestEvents(detections);
        foreach (var file in Directory.EnumerateFiles(Path.Combine(detections, "traces", "counted"), "*.yml").Order(StringComparer.Ordinal))
        {
            var yaml = new YamlStream();
            yaml.Load(new StringReader(System.IO.File.ReadAllText(file)));
            var root = YamlJson.Of(yaml.Documents[0].RootNode)!;
            foreach (var story in root["stories"]!.AsArray())
                yield return new(Path.GetFileName(file), Text(root["correlation"]), Text(story!["it"]), [.. Tell(story["events"]!.AsArray(), bases)], (int)story["expect"]!.GetValue<long>());
        }
    }

    static IEnumerable<ReadOnlyMemory<byte>> Tell(JsonArray told, TestEvents bases)
    {
        var number = 0;
        foreach (var one in told.Select(o => o!.AsObject()))
        {
            Assert.Empty(one.Select(p => p.Key).Except(Words));
            for (var i = 0; i < (one["times"]?.GetValue<long>() ?? 1); i++)
            {
                var e = bases.Find(Text(one["from"]), out var problem);
                Assert.True(e is not null, problem);
                foreach (var (path, value) in one["with"] as JsonObject ?? []) EventPatch.Apply(e, path, value);
                foreach (var (path, value) in one["vary"] as JsonObject ?? [])
                    EventPatch.Apply(e, path, JsonNode.Parse(value!.ToJsonString().Replace("{n}", (i + 1).ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal)));
                var at = Begin + Span(Text(one["at"])) + (one["every"] is { } every ? Span(Text(every)) * i : TimeSpan.Zero);
                e["auditID"] = $"00000000-0000-4000-8000-{++number:d12}";
                foreach (var stamp in (string[])["requestReceivedTimestamp", "stageTimestamp"]) e[stamp] = at.ToString("yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'", CultureInfo.InvariantCulture);
                yield return Encoding.UTF8.GetBytes(e.ToJsonString());
            }
        }
    }

    // 8d1h, 90s.
    static TimeSpan Span(string text)
    {
        var (sum, number) = (TimeSpan.Zero, 0);
        foreach (var c in text)
        {
            if (char.IsAsciiDigit(c)) number = (number * 10) + (c - '0');
            else (sum, number) = (sum + c switch { 'd' => TimeSpan.FromDays(number), 'h' => TimeSpan.FromHours(number), 'm' => TimeSpan.FromMinutes(number), 's' => TimeSpan.FromSeconds(number), _ => throw new FormatException($"'{text}' is no time.") }, 0);
        }

        return sum;
    }

    static string Text(JsonNode? node) => node!.GetValue<string>();
}
