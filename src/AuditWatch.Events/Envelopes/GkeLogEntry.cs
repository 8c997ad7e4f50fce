using System.Buffers;
using System.Text;
using System.Text.Json;
using AuditWatch.Events.Model;
using AuditWatch.Events.Scanning;

namespace AuditWatch.Events.Envelopes;

/// <summary>
/// A Cloud Audit Logs entry of GKE as a Kubernetes event. Google keeps no stage, no level, no groups, no URI and no timestamps of its own, which is unknown then; the code is a gRPC code, the
/// annotations are labels. The path is put together from the resource's name (without a query, which is not recorded); the entry's time is kept as the envelope's.
/// </summary>
static class GkeLogEntry
{
    public static Conversion TryConvert(JsonElement entry, IBufferWriter<byte> json, out long timeMicros, out string detail)
    {
        timeMicros = Micros(entry, "timestamp"u8);
        detail = "The entry names no method of the Kubernetes API.";
        var payload = entry.GetProperty("protoPayload"u8);
        var method = Text(payload, "methodName"u8);
        if (Text(payload, "serviceName"u8) is { } service && service != "k8s.io")
        {
            detail = service;
            return Conversion.OtherService;
        }

        if (method is null || !method.StartsWith("io.k8s.", StringComparison.Ordinal)) return Conversion.NoEvent;
        var call = GkeCall.Of(method, Text(payload, "resourceName"u8) ?? "");
        var operation = Get(entry, "operation"u8);
        var id = Text(operation, "id"u8) ?? Text(entry, "insertId"u8);
        if (id is null)
        {
            detail = "The entry has no operation.id and no insertId.";
            return Conversion.NoEvent;
        }

        var request = Get(payload, "request"u8);
        var response = Get(payload, "response"u8);
        using (var writer = new Utf8JsonWriter(json, new JsonWriterOptions { SkipValidation = true }))
        {
            writer.WriteStartObject();
            writer.WriteString("kind"u8, "Event"u8);
            writer.WriteString("apiVersion"u8, "audit.k8s.io/v1"u8);
            writer.WriteString("level"u8, response.ValueKind == JsonValueKind.Object ? "RequestResponse"u8 : request.ValueKind == JsonValueKind.Object ? "Request"u8 : "Metadata"u8);
            writer.WriteString("auditID"u8, id);
            writer.WriteString("stage"u8, IsTrue(operation, "first"u8) && !IsTrue(operation, "last"u8) ? "ResponseStarted"u8 : "ResponseComplete"u8);
            if (call.Path is not null) writer.WriteString("requestURI"u8, call.Path);
            writer.WriteString("verb"u8, call.Verb);
            WriteCaller(writer, payload);
            call.WriteObjectRef(writer);
            WriteStatus(writer, Get(payload, "status"u8), call);
            WriteBody(writer, "requestObject"u8, request);
            WriteBody(writer, "responseObject"u8, response);
            if (Get(entry, "labels"u8) is { ValueKind: JsonValueKind.Object } labels)
            {
                writer.WritePropertyName("annotations"u8);
                labels.WriteTo(writer);
            }

            writer.Flush();
        }

        // An operation says by its flags which of its entries this is; without them the stage is a guess.
        var isStaged = IsTrue(operation, "first"u8) || IsTrue(operation, "last"u8);
        EventMark.WriteAndClose(json, isFirstMember: false, isCut: false, timeMicros, isStaged ? "gke"u8 : "gke-unstaged"u8);
        return Conversion.Done;
    }

    static void WriteCaller(Utf8JsonWriter writer, JsonElement payload)
    {
        var who = Get(payload, "authenticationInfo"u8);
        writer.WriteStartObject("user"u8);
        if (Text(who, "principalEmail"u8) is { Length: > 0 } user) writer.WriteString("username"u8, user);
        writer.WriteEndObject();
        if (Text(who, "authoritySelector"u8) is { Length: > 0 } assumed)
        {
            writer.WriteStartObject("impersonatedUser"u8);
            writer.WriteString("username"u8, assumed);
            writer.WriteEndObject();
        }

        var from = Get(payload, "requestMetadata"u8);
        if (Text(from, "callerIp"u8) is { Length: > 0 } ip)
        {
            writer.WriteStartArray("sourceIPs"u8);
            writer.WriteStringValue(ip);
            writer.WriteEndArray();
        }

        if (Text(from, "callerSuppliedUserAgent"u8) is { Length: > 0 } agent) writer.WriteString("userAgent"u8, agent);
    }

    static readonly SearchValues<char> CodeLetters = SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZ_");

    static void WriteStatus(Utf8JsonWriter writer, JsonElement status, GkeCall call)
    {
        var grpc = Get(status, "code"u8) is { ValueKind: JsonValueKind.Number } code && code.TryGetInt32(out var number) ? number : 0;
        writer.WriteStartObject("responseStatus"u8);
        writer.WriteStartObject("metadata"u8);
        writer.WriteEndObject();
        if (grpc != 0) writer.WriteString("status"u8, "Failure"u8);
        // PERMISSION_DENIED is the code once more, not what Kubernetes said.
        if (Text(status, "message"u8) is { Length: > 0 } message && message.AsSpan().ContainsAnyExcept(CodeLetters)) writer.WriteString("message"u8, message);
        writer.WriteNumber("code"u8, HttpCode(grpc, call));
        writer.WriteEndObject();
    }

    // As google.rpc.Code documents its mapping to HTTP.
    static int HttpCode(int grpc, GkeCall call) => grpc switch
    {
        0 => call.IsConnection ? 101 : call.Verb == "create" && call.Subresource is null ? 201 : 200,
        1 => 499,
        3 or 9 or 11 => 400,
        4 => 504,
        5 => 404,
        6 or 10 => 409,
        7 => 403,
        8 => 429,
        12 => 501,
        14 => 503,
        16 => 401,
        _ => 500,
    };

    // The type stands in @type (core.k8s.io/v1.Pod); everything else is the object as Kubernetes has it.
    static void WriteBody(Utf8JsonWriter writer, ReadOnlySpan<byte> member, JsonElement body)
    {
        if (body.ValueKind != JsonValueKind.Object) return;
        writer.WriteStartObject(member);
        if (!FieldWalk.TryGet(body, "kind"u8, out _) && Text(body, "@type"u8) is { } type && type.LastIndexOf('.') is var dot and > 0) writer.WriteString("kind"u8, type[(dot + 1)..]);
        foreach (var property in body.EnumerateObject())
            if (!property.NameEquals("@type"u8)) property.WriteTo(writer);
        writer.WriteEndObject();
    }

    static bool IsTrue(JsonElement from, ReadOnlySpan<byte> key) => Get(from, key).ValueKind == JsonValueKind.True;

    static JsonElement Get(JsonElement from, ReadOnlySpan<byte> key) => FieldWalk.TryGet(from, key, out var value) ? value : default;

    static string? Text(JsonElement from, ReadOnlySpan<byte> key) =>
        FieldWalk.TryGet(from, key, out var value) && value.ValueKind == JsonValueKind.String ? Plain(value) : null;

    static string Plain(JsonElement text)
    {
        var raw = System.Runtime.InteropServices.JsonMarshal.GetRawUtf8Value(text)[1..^1];
        var plain = new byte[raw.Length];
        return Encoding.UTF8.GetString(plain, 0, JsonText.Unescape(raw, plain));
    }

    internal static long Micros(JsonElement from, ReadOnlySpan<byte> key) =>
        FieldWalk.TryGet(from, key, out var value) && value.ValueKind == JsonValueKind.String
        && Rfc3339.TryRead(System.Runtime.InteropServices.JsonMarshal.GetRawUtf8Value(value)[1..^1], out var micros) ? micros : 0;
}
