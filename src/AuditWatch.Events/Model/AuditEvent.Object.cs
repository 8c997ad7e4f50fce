using System.Buffers.Text;
using System.Text.Json;
using AuditWatch.Events.Scanning;

namespace AuditWatch.Events.Model;

// What was asked of what, and how it ended.
public sealed partial class AuditEvent
{
    /// <summary>level</summary>
    public AuditLevel Level => Plain(HotField.Level) switch
    {
        [(byte)'M', ..] level when level.SequenceEqual("Metadata"u8) => AuditLevel.Metadata,
        [(byte)'R', ..] level when level.SequenceEqual("Request"u8) => AuditLevel.Request,
        [(byte)'R', ..] level when level.SequenceEqual("RequestResponse"u8) => AuditLevel.RequestResponse,
        _ => AuditLevel.Unknown,
    };

    /// <summary>stage</summary>
    public AuditStage Stage => Plain(HotField.Stage) switch
    {
        var stage when stage.SequenceEqual("ResponseComplete"u8) => AuditStage.ResponseComplete,
        var stage when stage.SequenceEqual("RequestReceived"u8) => AuditStage.RequestReceived,
        var stage when stage.SequenceEqual("ResponseStarted"u8) => AuditStage.ResponseStarted,
        var stage when stage.SequenceEqual("Panic"u8) => AuditStage.Panic,
        _ => AuditStage.Unknown,
    };

    /// <summary>auditID</summary>
    public string AuditId => Text(HotField.AuditId) ?? "";

    /// <summary>verb; empty when absent</summary>
    public string Verb => Text(HotField.Verb) ?? "";

    /// <summary>requestURI</summary>
    public string RequestUri => Text(HotField.RequestUri) ?? "";

    /// <summary>objectRef.resource</summary>
    public string? Resource => Text(HotField.ObjectResource);

    /// <summary>objectRef.subresource</summary>
    public string? Subresource => Text(HotField.ObjectSubresource);

    /// <summary>objectRef.namespace</summary>
    public string? Namespace => Text(HotField.ObjectNamespace);

    /// <summary>objectRef.name, or responseObject.metadata.name for a generated name</summary>
    public string? Name => Text(HotField.ObjectName) ?? GeneratedName;

    /// <summary>objectRef.apiGroup; empty for the core group</summary>
    public string ApiGroup => Text(HotField.ObjectApiGroup) ?? "";

    /// <summary>objectRef.apiVersion</summary>
    public string? ApiVersion => Text(HotField.ObjectApiVersion);

    /// <summary>responseStatus.code; 0 when none was seen</summary>
    public int ResponseCode =>
        _ranges.Has(HotField.ResponseCode) && Utf8Parser.TryParse(Plain(HotField.ResponseCode), out int code, out var read) && read == Plain(HotField.ResponseCode).Length ? code : 0;

    /// <summary>How the request ended.</summary>
    public Outcome Outcome => ResponseCode switch
    {
        401 or 403 => Outcome.Denied,
        _ when IsForbidden => Outcome.Denied,
        0 => Outcome.Unknown,
        < 400 => Outcome.Success,
        _ => Outcome.Failure,
    };

    // Asked of every event: the word alone, wherever it stands, first.
    bool IsForbidden => (Hints & EventHints.Forbid) != 0 && Annotation("authorization.k8s.io/decision") == "forbid";

    /// <summary>Whether dryRun was asked for: in the query, or (deletes) in the recorded body.</summary>
    public bool IsDryRun => (Hints & EventHints.DryRun) != 0
        || ((IsVerb("delete"u8) || IsVerb("deletecollection"u8)) && TryOpen(HotField.RequestObject, out var options)
            && FieldWalk.TryGet(options, "dryRun"u8, out var asked) && asked.ValueKind == JsonValueKind.Array && asked.GetArrayLength() > 0);

    // Created with generateName the object has no name until the answer; only a recorded answer knows it.
    string? GeneratedName =>
        Plain(HotField.Verb).SequenceEqual("create"u8) && !_ranges.Has(HotField.ObjectSubresource) && TryOpen(HotField.ResponseObject, out var body)
        && !IsStatus(body) && FieldWalk.TryGet(body, "metadata"u8, out var metadata) && FieldWalk.TryGet(metadata, "name"u8, out var name)
        && name.ValueKind == JsonValueKind.String ? System.Text.Encoding.UTF8.GetString(TextOf(name)) : null;

    // An answer that only says how it went, not what the object is.
    bool IsStatus(JsonElement body) =>
        FieldWalk.TryGet(body, "kind"u8, out var kind) && kind.ValueKind == JsonValueKind.String && TextOf(kind).SequenceEqual("Status"u8);

    bool HasQuery(ReadOnlySpan<byte> name)
    {
        for (var rest = UriQuery.Of(Plain(HotField.RequestUri)); UriQuery.TryNext(ref rest, out var found, out _);)
            if (UriQuery.Is(found, name)) return true;
        return false;
    }
}
