using System.Text.Json.Nodes;
using YamlDotNet.RepresentationModel;

namespace AuditWatch.Detection.Testing;

/// <summary>The named, complete events that cases start from: <c>traces/FILE.yml#NAME</c>, relative to the rule folder.</summary>
sealed class TestEvents(string dir)
{
    readonly Dictionary<string, JsonObject> _files = new(StringComparer.Ordinal);

    /// <summary>A copy of the event, or null with a sentence.</summary>
    public JsonObject? Find(string from, out string? problem)
    {
        var parts = from.Split('#', 2);
        problem = parts.Length < 2 ? $"'{from}' names no event; write FILE#NAME." : null;
        if (problem is not null) return null;
        if (!_files.TryGetValue(parts[0], out var events))
        {
            var path = Path.Combine(dir, parts[0]);
            if (!File.Exists(path))
            {
                problem = $"There is no file {path}.";
                return null;
            }

            var yaml = new YamlStream();
            yaml.Load(new StringReader(File.ReadAllText(path)));
            _files[parts[0]] = events = yaml.Documents.Count > 0 && YamlJson.Of(yaml.Documents[0].RootNode) is JsonObject map ? map : [];
        }

        if (events[parts[1]] is JsonObject found) return (JsonObject)found.DeepClone();
        problem = $"{parts[0]} has no event '{parts[1]}'.";
        return null;
    }
}
