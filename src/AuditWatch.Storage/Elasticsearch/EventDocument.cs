using System.Globalization;
using System.Text.Json;
using AuditWatch.Events;
using AuditWatch.Storage.Index;
using EventId = AuditWatch.Events.EventId;

namespace AuditWatch.Storage.Elasticsearch;

/// <summary>Reads a document of the audit stream back as the row that the embedded index would have of the same event.</summary>
internal static class EventDocument
{
    public static EventRow Read(JsonElement document)
    {
        var (audit, ours, target) = (In(In(document, "kubernetes"), "audit"), In(document, "auditwatch"), In(In(In(document, "kubernetes"), "audit"), "objectRef"));
        var (journal, annotations, resource) = (In(ours, "journal"), In(audit, "annotations"), In(In(document, "orchestrator"), "resource"));
        var isImpersonated = Flag(ours, "impersonated");
        return new EventRow
        {
            EventId = new EventId(UInt128.Parse(Text(In(document, "event"), "id")!, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture)),
            Position = new EventPosition((int)(Number(journal, "segment") ?? 0), (int)(Number(journal, "frame") ?? 0), (int)(Number(journal, "index") ?? 0)),
            Cluster = Text(In(In(document, "orchestrator"), "cluster"), "name") ?? "",
            AuditId = Text(audit, "auditID") ?? "",
            TimeMicros = Number(ours, "time_us") ?? 0,
            TimeSource = Text(ours, "time_source") ?? "stage",
            RequestReceivedMicros = Text(In(document, "event"), "start") is { } received ? Micros(received) : null,
            Stage = Text(audit, "stage"),
            Level = Text(audit, "level"),
            Verb = Text(audit, "verb") ?? "",
            User = Text(In(document, "user"), "name"),
            UserGroups = Texts(In(In(document, "user"), "group"), "name"),
            Impersonated = isImpersonated,
            ImpersonatedUser = isImpersonated ? Text(In(audit, "impersonatedUser"), "username") : null,
            SourceIps = Texts(audit, "sourceIPs"),
            ClientIp = Text(ours, "client_ip"),
            UserAgent = Text(In(document, "user_agent"), "original"),
            ApiGroup = target.ValueKind == JsonValueKind.Object ? Text(target, "apiGroup") ?? "" : null,
            ApiVersion = Text(target, "apiVersion"),
            Resource = Text(target, "resource"),
            Subresource = Text(target, "subresource"),
            Namespace = Text(target, "namespace"),
            Name = Text(resource, "name"),
            ObjectUid = Text(target, "uid"),
            RequestUri = Text(In(document, "url"), "original"),
            Code = (int?)Number(In(In(document, "http"), "response"), "status_code"),
            Outcome = Text(ours, "outcome") ?? "unknown",
            Reason = Text(In(audit, "responseStatus"), "reason"),
            Decision = Text(annotations, "authorization_k8s_io/decision"),
            DecisionReason = Text(annotations, "authorization_k8s_io/reason"),
            CredentialId = Text(ours, "credential_id"),
            IssuedCredentialId = Text(ours, "issued_credential_id"),
            CallerPod = Text(In(ours, "caller"), "pod"),
            CallerNode = Text(In(ours, "caller"), "node"),
            DryRun = Flag(ours, "dry_run"),
            ListScope = Text(ours, "list_scope"),
            ExecCommand = Text(In(ours, "exec"), "command_line"),
            Bytes = (int)(Number(ours, "bytes") ?? 0),
        };
    }

    static JsonElement In(JsonElement owner, string name) => owner.ValueKind == JsonValueKind.Object && owner.TryGetProperty(name, out var value) ? value : default;

    static string? Text(JsonElement owner, string name) => In(owner, name) is { ValueKind: JsonValueKind.String } text ? text.GetString() : null;

    static long? Number(JsonElement owner, string name) => In(owner, name) is { ValueKind: JsonValueKind.Number } number && number.TryGetInt64(out var value) ? value : null;

    static bool Flag(JsonElement owner, string name) => In(owner, name).ValueKind == JsonValueKind.True;

    static List<string> Texts(JsonElement owner, string name) =>
        In(owner, name) is { ValueKind: JsonValueKind.Array } list ? [.. list.EnumerateArray().Where(t => t.ValueKind == JsonValueKind.String).Select(t => t.GetString()!)] : [];

    static long? Micros(string text) => DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var time)
        ? (time.UtcTicks - DateTimeOffset.UnixEpoch.UtcTicks) / TimeSpan.TicksPerMicrosecond : null;
}
