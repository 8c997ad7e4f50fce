using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace AuditWatch.Storage.Elasticsearch;

/// <summary>One file of infra/elasticsearch, and where it is put. What is installed carries the file's hash, so that nothing is sent that is there already.</summary>
/// <param name="Kind">What it is, in words.</param>
/// <param name="Name">Its name there.</param>
/// <param name="Path">Where it is put and read.</param>
/// <param name="Body">The file.</param>
internal sealed record Asset(string Kind, string Name, string Path, byte[] Body)
{
    /// <summary>Whether AuditWatch can do without it on a server that does not know such a thing.</summary>
    public bool IsOptional { get; init; }

    /// <summary>Left out when this one was.</summary>
    public string? Needs { get; init; }

    /// <summary>Installed only when this one was left out.</summary>
    public string? InsteadOf { get; init; }

    /// <summary>The file's hash.</summary>
    public string Hash { get; } = Convert.ToHexStringLower(SHA256.HashData(Body))[..32];

    /// <summary>The file as JSON.</summary>
    public JsonElement Json => JsonDocument.Parse(Body).RootElement;

    /// <summary>The file with its hash in <c>_meta</c>.</summary>
    public byte[] BodyWithHash()
    {
        var json = JsonNode.Parse(Body)!.AsObject();
        var owner = json["policy"] as JsonObject ?? json;
        if (owner["_meta"] is not JsonObject meta) owner["_meta"] = meta = [];
        meta["hash"] = Hash;
        return JsonSerializer.SerializeToUtf8Bytes(json);
    }

    /// <summary>The hash that an installed one carries; null when it is none of ours.</summary>
    public static string? HashOf(JsonElement installed) => Meta(installed) is { } meta && meta.TryGetProperty("hash", out var hash) ? hash.GetString() : null;

    // Wherever the answer to a GET has it: deeper for templates than for pipelines.
    static JsonElement? Meta(JsonElement element)
    {
        if (element.ValueKind == JsonValueKind.Array) return element.GetArrayLength() > 0 ? Meta(element[0]) : null;
        if (element.ValueKind != JsonValueKind.Object) return null;
        if (element.TryGetProperty("_meta", out var meta) && meta.ValueKind == JsonValueKind.Object) return meta;
        foreach (var inner in element.EnumerateObject())
            if (Meta(inner.Value) is { } found) return found;
        return null;
    }
}
