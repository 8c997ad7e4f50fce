using System.Text.Json;
using AuditWatch.Events.Scanning;
using AuditWatch.Events.Model;

namespace AuditWatch.Events.Falco;

/// <summary>One alert of Falco, as its <c>http_output</c> or falcosidekick's webhook posts it. Owns the parsed document; dispose it.</summary>
public sealed class FalcoAlert : IDisposable
{
    static readonly JsonDocumentOptions s_options = new() { MaxDepth = 64 };

    readonly JsonDocument _document;

    FalcoAlert(JsonDocument document, JsonElement root)
    {
        (_document, Root) = (document, root);
        Fields = root.TryGetProperty("output_fields", out var fields) && fields.ValueKind == JsonValueKind.Object ? fields : default;
        Rule = Text(root, "rule") ?? "";
        TimeMicros = Text(root, "time") is { } time && Rfc3339.TryRead(System.Text.Encoding.UTF8.GetBytes(time), out var micros) ? micros : 0;
    }

    /// <summary>The alert itself.</summary>
    public JsonElement Root { get; }

    /// <summary><c>output_fields</c>; undefined when there are none.</summary>
    public JsonElement Fields { get; }

    /// <summary>Falco's rule.</summary>
    public string Rule { get; }

    /// <summary>When, microseconds since 1970; 0 when it does not say.</summary>
    public long TimeMicros { get; }

    /// <summary>Emergency to Debug.</summary>
    public string? Priority => Text(Root, "priority");

    /// <summary>The text that Falco wrote.</summary>
    public string? Output => Text(Root, "output");

    /// <summary>The node.</summary>
    public string? Hostname => Text(Root, "hostname");

    /// <summary>The pod's namespace.</summary>
    public string? Namespace => Field("k8s.ns.name") ?? Field("ka.target.namespace");

    /// <summary>The pod.</summary>
    public string? Pod => Field("k8s.pod.name") ?? Field("ka.target.pod.name");

    /// <summary>The container's name, else its id.</summary>
    public string? Container => Field("container.name") ?? Field("k8s.container.name") ?? Field("container.id");

    /// <summary>A field of <c>output_fields</c> as text; null when it is not there, null or <c>&lt;NA&gt;</c>.</summary>
    public string? Field(string name) => Fields.ValueKind == JsonValueKind.Object && Text(Fields, name) is { Length: > 0 } text && text != "<NA>" ? text : null;

    /// <summary>Reads one; null with the reason when it is none. falcosidekick-ui's <c>{"event":{…}}</c> is opened.</summary>
    public static FalcoAlert? TryRead(ReadOnlyMemory<byte> utf8, out string reason, out string detail)
    {
        (reason, detail) = ("", "");
        JsonDocument document;
        try
        {
            document = JsonDocument.Parse(LoneSurrogates.Replaced(utf8), s_options);
        }
        catch (JsonException fault)
        {
            (reason, detail) = ("malformed-json", $"The record is not valid JSON: line {fault.LineNumber + 1}, byte {fault.BytePositionInLine}.");
            return null;
        }

        var root = document.RootElement;
        if (root.ValueKind == JsonValueKind.Object && root.TryGetProperty("event", out var inner) && inner.ValueKind == JsonValueKind.Object && inner.TryGetProperty("rule", out _)) root = inner;
        if (root.ValueKind == JsonValueKind.Object && Text(root, "rule") is { Length: > 0 } && (root.TryGetProperty("output", out _) || root.TryGetProperty("output_fields", out _)))
            return new FalcoAlert(document, root);
        document.Dispose();
        (reason, detail) = ("not-a-falco-alert", "The record has no rule, or neither output nor output_fields.");
        return null;
    }

    /// <inheritdoc/>
    public void Dispose() => _document.Dispose();

    static string? Text(JsonElement from, string name) => from.TryGetProperty(name, out var value)
        ? value.ValueKind switch { JsonValueKind.String => Clean(value), JsonValueKind.Number or JsonValueKind.True or JsonValueKind.False => value.GetRawText(), _ => null }
        : null;

    // A lone surrogate is no text that anybody could write down.
    static string? Clean(JsonElement value)
    {
        try
        {
            return value.GetString();
        }
        catch (InvalidOperationException)
        {
            return null;
        }
    }
}
