using System.Buffers;
using System.Text.Json;
using AuditWatch.Events.Envelopes;
using AuditWatch.Events.Model;
using AuditWatch.Events.Scanning;

namespace AuditWatch.Detection.Knowledge;

/// <summary>Reads objects off a snapshot. Each is put to the same questions as the body of a request that made it: what is known of it cannot differ from what its own request would have said.</summary>
sealed class BaselineReader
{
    static readonly HashSet<string> Kinds = new(StringComparer.Ordinal)
    {
        "Pod", "ReplicaSet", "Deployment", "DaemonSet", "StatefulSet", "Job", "CronJob", "ReplicationController", "Namespace", "Role", "ClusterRole", "RoleBinding", "ClusterRoleBinding",
        "MutatingWebhookConfiguration", "ValidatingWebhookConfiguration", "CertificateSigningRequest",
    };

    // Bindings of these namespaces are in every cluster: a snapshot that has them was not taken of one namespace.
    static readonly string[] EverywhereBound = ["kube-system", "kube-public"];

    readonly AuditEvent _event = new(new SymbolTable());
    readonly ClusterFacts _cluster = new();
    bool _isCut;

    public Dictionary<string, KnownObject> Objects { get; } = new(StringComparer.Ordinal);

    public int PassedOver { get; private set; }

    public bool HasAllBindings => !_isCut && Objects.Values.Any(o => o.Name.Resource == "clusterrolebindings")
        && Array.TrueForAll(EverywhereBound, ns => Objects.Values.Any(o => o.Name.Resource == "rolebindings" && o.Name.Namespace == ns));

    public void Read(ReadOnlySpan<byte> utf8)
    {
        if (LoneSurrogates.MayHave(utf8)) utf8 = LoneSurrogates.Replaced(utf8.ToArray()).Span;
        var reader = new Utf8JsonReader(utf8, new JsonReaderOptions { AllowMultipleValues = true });
        while (reader.Read())
        {
            using var document = JsonDocument.ParseValue(ref reader);
            if (document.RootElement.ValueKind != JsonValueKind.Object) throw new JsonException("A Kubernetes object is a JSON object.", null, 0, 0);
            Take(document.RootElement, null, null);
        }
    }

    // A list that the server itself made ("PodList") does not say in each item what it is.
    void Take(JsonElement json, string? listKind, string? listVersion)
    {
        var kind = Text(json, "kind") ?? listKind;
        var version = Text(json, "apiVersion") ?? listVersion;
        if (kind is null) throw new JsonException("An object without 'kind'.", null, 0, 0);
        if (kind.EndsWith("List", StringComparison.Ordinal) && json.TryGetProperty("items", out var items) && items.ValueKind == JsonValueKind.Array)
        {
            if (json.TryGetProperty("metadata", out var page) && page.ValueKind == JsonValueKind.Object && Text(page, "continue") is { Length: > 0 }) _isCut = true;
            foreach (var item in items.EnumerateArray())
                if (item.ValueKind == JsonValueKind.Object) Take(item, kind == "List" ? null : kind[..^4], kind == "List" ? null : version);
        }
        else if (!Kinds.Contains(kind) || !json.TryGetProperty("metadata", out var metadata) || metadata.ValueKind != JsonValueKind.Object || Text(metadata, "name") is not { Length: > 0 } name)
        {
            PassedOver++;
        }
        else
        {
            Note(json, kind, version ?? "v1", Text(metadata, "namespace"), name);
        }
    }

    void Note(JsonElement json, string kind, string version, string? ns, string name)
    {
        var group = version.IndexOf('/') is > 0 and var slash ? version[..slash] : "";
        var resource = ObjectName.ResourceOf(kind);
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer))
        {
            writer.WriteStartObject();
            writer.WriteString("kind", "Event");
            writer.WriteString("apiVersion", "audit.k8s.io/v1");
            writer.WriteString("level", "RequestResponse");
            writer.WriteString("auditID", "baseline");
            writer.WriteString("stage", "ResponseComplete");
            writer.WriteString("requestURI", "/");
            writer.WriteString("verb", "create");
            writer.WriteStartObject("user");
            writer.WriteEndObject();
            writer.WriteStartObject("objectRef");
            writer.WriteString("resource", resource);
            if (ns is not null) writer.WriteString("namespace", ns);
            writer.WriteString("name", name);
            if (group.Length > 0) writer.WriteString("apiGroup", group);
            writer.WriteEndObject();
            writer.WriteStartObject("responseStatus");
            writer.WriteNumber("code", 201);
            writer.WriteEndObject();
            foreach (var body in new[] { "requestObject", "responseObject" })
            {
                writer.WritePropertyName(body);
                json.WriteTo(writer);
            }

            writer.WriteString("requestReceivedTimestamp", "2000-01-01T00:00:00.000000Z");
            writer.WriteString("stageTimestamp", "2000-01-01T00:00:00.000000Z");
            writer.WriteEndObject();
        }

        if (_event.TryRead(buffer.WrittenMemory, new EventOrigin(0, 0, EnvelopeShape.Event, false), _cluster, 0, out _) && ObjectNotes.Of(_event) is { IsUnreadable: false } note)
            Objects[note.Object.Key] = ObjectKnowledge.Merge(null, note);
        else PassedOver++;
    }

    static string? Text(JsonElement owner, string key) => owner.TryGetProperty(key, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
}
