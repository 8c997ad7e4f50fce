using System.Buffers;
using System.Text.Json;

namespace AuditWatch.Events.Model;

/// <summary>
/// What a JSON patch (RFC 6902) writes, as the piece of the object it writes it into: <c>replace /spec/replicas 3</c> becomes <c>{"spec":{"replicas":3}}</c>.
/// Names that are numbers or <c>-</c> are taken for array positions; what is removed shows as null; copies and moves carry nothing that the patch shows.
/// </summary>
sealed class JsonPatchTree
{
    const int DeepestPath = 64;

    // The API server takes no more in one patch.
    const int MostOperations = 10_000;

    readonly List<(string Name, JsonPatchTree Child)> _children = [];
    JsonElement? _value;
    bool _removed;

    /// <summary>The piece as JSON, or null when the patch writes nothing that can be shown.</summary>
    public static byte[]? Build(JsonElement operations)
    {
        var root = new JsonPatchTree();
        foreach (var operation in operations.EnumerateArray().Take(MostOperations)) root.Apply(operation);
        if (root._value is null && root._children.Count == 0) return null;
        var json = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(json, new JsonWriterOptions { SkipValidation = true })) root.Write(writer);
        return json.WrittenSpan.ToArray();
    }

    void Apply(JsonElement operation)
    {
        if (!FieldWalk.TryGet(operation, "op"u8, out var op) || op.ValueKind != JsonValueKind.String
            || !FieldWalk.TryGet(operation, "path"u8, out var path) || path.ValueKind != JsonValueKind.String) return;
        var hasValue = FieldWalk.TryGet(operation, "value"u8, out var value);
        var verb = Text(op);
        if (verb is not ("add" or "replace" or "remove") || (verb != "remove" && !hasValue)) return;
        var names = Text(path).Split('/');
        if (names.Length > DeepestPath) return;
        var at = this;
        for (var i = 1; i < names.Length; i++)
            at = at.Child(names[i].Replace("~1", "/", StringComparison.Ordinal).Replace("~0", "~", StringComparison.Ordinal));
        at._children.Clear();
        (at._value, at._removed) = verb == "remove" ? ((JsonElement?)null, true) : (value, false);
    }

    JsonPatchTree Child(string name)
    {
        Open();
        if (name != "-")
            foreach (var (known, child) in _children)
                if (known == name) return child;
        var added = new JsonPatchTree();
        _children.Add((name, added));
        return added;
    }

    // A later operation goes into a value that an earlier one wrote.
    void Open()
    {
        _removed = false;
        if (_value is not { } value) return;
        _value = null;
        if (value.ValueKind == JsonValueKind.Object)
            foreach (var property in value.EnumerateObject()) _children.Add((Name(property), new JsonPatchTree { _value = property.Value }));
        else if (value.ValueKind == JsonValueKind.Array)
            foreach (var item in value.EnumerateArray()) _children.Add(("-", new JsonPatchTree { _value = item }));
    }

    void Write(Utf8JsonWriter writer)
    {
        if (_value is { } value) writer.WriteRawValue(System.Runtime.InteropServices.JsonMarshal.GetRawUtf8Value(value), skipInputValidation: true);
        else if (_children.Count == 0) writer.WriteNullValue();
        else if (_children.TrueForAll(c => IsPosition(c.Name))) WriteArray(writer);
        else
        {
            writer.WriteStartObject();
            foreach (var (name, child) in _children)
            {
                writer.WritePropertyName(name);
                child.Write(writer);
            }

            writer.WriteEndObject();
        }
    }

    void WriteArray(Utf8JsonWriter writer)
    {
        writer.WriteStartArray();
        foreach (var (_, child) in _children)
            if (!child._removed) child.Write(writer);
        writer.WriteEndArray();
    }

    static bool IsPosition(string name) => name == "-" || (name.Length is > 0 and < 10 && name.All(char.IsAsciiDigit));

    static string Text(JsonElement text)
    {
        var raw = System.Runtime.InteropServices.JsonMarshal.GetRawUtf8Value(text)[1..^1];
        return Plain(raw);
    }

    static string Name(JsonProperty property) => Plain(System.Runtime.InteropServices.JsonMarshal.GetRawUtf8PropertyName(property));

    static string Plain(ReadOnlySpan<byte> raw)
    {
        var plain = new byte[raw.Length];
        return System.Text.Encoding.UTF8.GetString(plain, 0, JsonText.Unescape(raw, plain));
    }
}
