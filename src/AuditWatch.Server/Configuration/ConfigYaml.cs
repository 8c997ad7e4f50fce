using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace AuditWatch.Server.Configuration;

/// <summary>Reads YAML into <see cref="ConfigNode"/>s, keeping places.</summary>
static class ConfigYaml
{
    /// <summary>The file's root map; an empty file is an empty map. Faults are added, and null returned, when it is no YAML or no map.</summary>
    public static ConfigNode? Read(string text, string file, List<ConfigFault> faults)
    {
        try
        {
            var stream = new YamlStream();
            stream.Load(new StringReader(text));
            if (stream.Documents.Count == 0) return new ConfigNode(file) { Members = [] };
            if (stream.Documents.Count > 1)
            {
                faults.Add(new ConfigFault(file, "Holds more than one document; keep one."));
                return null;
            }
            var root = Convert(stream.Documents[0].RootNode, file, 0);
            if (root.Members is not null) return root;
            faults.Add(new ConfigFault(root.Place, "The file must be a map of settings, for instance 'journal: {retain_age: 30d}'."));
            return null;
        }
        catch (YamlException fault)
        {
            faults.Add(new ConfigFault($"{file}:{fault.Start.Line}:{fault.Start.Column}", $"Is not valid YAML: {fault.InnerException?.Message ?? fault.Message}"));
            return null;
        }
    }

    static ConfigNode Convert(YamlNode node, string file, int depth)
    {
        // No setting is that deep; an anchor that holds itself is.
        if (depth > 16) throw new YamlException(node.Start, node.End, "Maps and lists are nested too deep.");
        var result = new ConfigNode($"{file}:{node.Start.Line}:{node.Start.Column}");
        switch (node)
        {
            case YamlScalarNode scalar:
                result.Scalar = scalar.Value;
                break;
            case YamlSequenceNode list:
                result.Items = [.. list.Select(item => Convert(item, file, depth + 1))];
                break;
            case YamlMappingNode map:
                result.Members = map.ToDictionary(pair => Key(pair.Key), pair => Convert(pair.Value, file, depth + 1));
                break;
        }
        return result;
    }

    static string Key(YamlNode node) => (node as YamlScalarNode)?.Value ?? throw new YamlException(node.Start, node.End, "A key must be a text.");
}
