using System.Text.Json;

namespace AuditWatch.Events.Health;

/// <summary>A health fact as the journal has it. Owns the parsed document; dispose it.</summary>
public sealed class HealthRecord : IDisposable
{
    readonly JsonDocument _document;

    HealthRecord(JsonDocument document, string id, string kind)
    {
        (_document, Id, Kind) = (document, id, kind);
        SinceMicros = Number("since_us");
        TimeMicros = Number("time_us");
    }

    /// <summary>The record.</summary>
    public JsonElement Root => _document.RootElement;

    /// <summary>See <see cref="HealthFact.Id"/>.</summary>
    public string Id { get; }

    /// <summary>See <see cref="HealthFact.Kind"/>.</summary>
    public string Kind { get; }

    /// <summary>See <see cref="HealthFact.SinceMicros"/>.</summary>
    public long SinceMicros { get; }

    /// <summary>See <see cref="HealthFact.TimeMicros"/>.</summary>
    public long TimeMicros { get; }

    /// <summary>See <see cref="HealthFact.Sentence"/>.</summary>
    public string Sentence => Text("sentence") ?? Kind;

    /// <summary>See <see cref="HealthFact.Ends"/>.</summary>
    public string? Ends => Text("ends");

    /// <summary>Since when the fact that it ends was so.</summary>
    public long EndsSinceMicros => Number("ends_since_us");

    /// <summary>Reads one; null when it is none.</summary>
    public static HealthRecord? TryRead(ReadOnlyMemory<byte> utf8)
    {
        JsonDocument document;
        try
        {
            document = JsonDocument.Parse(utf8);
        }
        catch (JsonException)
        {
            return null;
        }

        var root = document.RootElement;
        if (root.ValueKind == JsonValueKind.Object && TextOf(root, "id") is { Length: > 0 } id && TextOf(root, "fact") is { Length: > 0 } kind) return new HealthRecord(document, id, kind);
        document.Dispose();
        return null;
    }

    /// <inheritdoc/>
    public void Dispose() => _document.Dispose();

    string? Text(string name) => TextOf(Root, name);

    long Number(string name) => Root.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out var number) ? number : 0;

    static string? TextOf(JsonElement root, string name) => root.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
}
