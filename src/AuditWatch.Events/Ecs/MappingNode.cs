using System.Text;
using System.Text.Json;

namespace AuditWatch.Events.Ecs;

/// <summary>One field of the mapping, and the fields inside it. Property names with dots are the objects that Elasticsearch makes of them.</summary>
internal sealed class MappingNode
{
    readonly List<(byte[] Name, MappingNode Node)> _inside = [];

    MappingNode(FieldType type) => Type = type;

    public FieldType Type { get; private set; }

    /// <summary>The mapping of audit documents, as it is installed.</summary>
    public static MappingNode Audit { get; } = Load();

    /// <summary>The field of a name without dots; null when it is not mapped.</summary>
    public MappingNode? Inside(ReadOnlySpan<byte> name)
    {
        foreach (var (known, node) in _inside)
            if (name.SequenceEqual(known)) return node;
        return null;
    }

    /// <summary>A known field by its dotted path.</summary>
    public MappingNode At(string path)
    {
        var node = this;
        foreach (var part in path.Split('.')) node = node.Inside(Encoding.UTF8.GetBytes(part)) ?? throw new InvalidOperationException($"The mapping has no field '{path}'.");
        return node;
    }

    /// <summary>Every leaf with its path.</summary>
    public IEnumerable<(string Path, FieldType Type)> Leaves(string prefix = "") => _inside.SelectMany(i =>
        i.Node.Type == FieldType.Object ? i.Node.Leaves(prefix + Encoding.UTF8.GetString(i.Name) + ".") : [(prefix + Encoding.UTF8.GetString(i.Name), i.Node.Type)]);

    static MappingNode Load()
    {
        using var file = typeof(MappingNode).Assembly.GetManifestResourceStream("audit-mappings.json")!;
        using var json = JsonDocument.Parse(file);
        var root = new MappingNode(FieldType.Object);
        root.Read(json.RootElement.GetProperty("template").GetProperty("mappings").GetProperty("properties"));
        return root;
    }

    void Read(JsonElement properties)
    {
        foreach (var property in properties.EnumerateObject())
        {
            var node = this;
            foreach (var part in property.Name.Split('.')) node = node.Make(Encoding.UTF8.GetBytes(part));
            if (property.Value.TryGetProperty("properties", out var inside)) node.Read(inside);
            else node.Type = TypeOf(property.Value.GetProperty("type").GetString()!);
        }
    }

    MappingNode Make(byte[] name)
    {
        if (Inside(name) is { } known) return known;
        var made = new MappingNode(FieldType.Object);
        _inside.Add((name, made));
        return made;
    }

    static FieldType TypeOf(string type) => type switch
    {
        "keyword" or "wildcard" or "constant_keyword" => FieldType.Keyword,
        "text" or "match_only_text" => FieldType.Text,
        "boolean" => FieldType.Boolean,
        "integer" => FieldType.Integer,
        "long" => FieldType.Long,
        "float" => FieldType.Float,
        "date" => FieldType.Date,
        "ip" => FieldType.Ip,
        _ => throw new InvalidOperationException($"The mapping has a type '{type}' that documents are not checked against."),
    };
}
