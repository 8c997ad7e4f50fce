using System.Text.Json.Nodes;
using YamlDotNet.RepresentationModel;

namespace AuditWatch.Detection.Testing;

/// <summary>The named, complete events that cases start from (<c>traces/FILE.yml#NAME</c>, relative to the rule folder), and the named changes of events (<c>traces/changes.yml</c>).</summary>
sealed class TestEvents(string dir)
{
    readonly Dictionary<string, JsonObject> _files = new(StringComparer.Ordinal);

    const string ChangesFile = "traces/changes.yml";

    /// <summary>The changes that have a name.</summary>
    public IEnumerable<KeyValuePair<string, JsonObject>> Changes =>
        File.Exists(Path.Combine(dir, ChangesFile)) ? Load(ChangesFile).Where(c => c.Value is JsonObject).Select(c => KeyValuePair.Create(c.Key, (JsonObject)c.Value!)) : [];

    /// <summary>The values by path of a change that has a name, or null with a sentence.</summary>
    public JsonObject? Change(string name, out string? problem)
    {
        var found = File.Exists(Path.Combine(dir, ChangesFile)) ? Load(ChangesFile)[name] as JsonObject : null;
        problem = found is null ? $"{ChangesFile} has no change '{name}'." : null;
        return found;
    }

    /// <summary>A copy of the event, or null with a sentence.</summary>
    public JsonObject? Find(string from, out string? problem)
    {
        var parts = from.Split('#', 2);
        problem = parts.Length < 2 ? $"'{from}' names no event; write FILE#NAME." : null;
        if (problem is not null) return null;
        if (!File.Exists(Path.Combine(dir, parts[0])))
        {
            problem = $"There is no file {Path.Combine(dir, parts[0])}.";
            return null;
        }

        if (Load(parts[0])[parts[1]] is JsonObject found) return (JsonObject)found.DeepClone();
        problem = $"{parts[0]} has no event '{parts[1]}'.";
        return null;
    }

    JsonObject Load(string file)
    {
        if (_files.TryGetValue(file, out var known)) return known;
        var yaml = new YamlStream();
        yaml.Load(new StringReader(File.ReadAllText(Path.Combine(dir, file))));
        return _files[file] = yaml.Documents.Count > 0 && YamlJson.Of(yaml.Documents[0].RootNode) is JsonObject map ? map : [];
    }
}
