using AuditWatch.Events.Model;
using AuditWatch.Events.Scanning;

namespace AuditWatch.Events.Ecs;

// The event itself, under kubernetes.audit: its own bytes, less what the mapping cannot take.
public sealed partial class EcsDocument
{
    static readonly (HotField Field, byte[] Name, MappingNode? Node)[] Parts =
    [
        Part(HotField.ApiVersion, "apiVersion"), Part(HotField.Kind, "kind"), Part(HotField.Level, "level"), Part(HotField.AuditId, "auditID"), Part(HotField.Stage, "stage"),
        Part(HotField.RequestUri, "requestURI"), Part(HotField.Verb, "verb"), Part(HotField.User, "user"), Part(HotField.ImpersonatedUser, "impersonatedUser"),
        Part(HotField.AuthenticationMetadata, "authenticationMetadata"), Part(HotField.SourceIps, "sourceIPs"), Part(HotField.UserAgent, "userAgent"),
        Part(HotField.ObjectRef, "objectRef"), Part(HotField.ResponseStatus, "responseStatus"), Part(HotField.RequestObject, "requestObject"),
        Part(HotField.ResponseObject, "responseObject"), Part(HotField.RequestReceivedTimestamp, "requestReceivedTimestamp"), Part(HotField.StageTimestamp, "stageTimestamp"),
        Part(HotField.Annotations, "annotations"),
    ];

    void KubernetesAudit(Utf8Output output, AuditEvent audited)
    {
        var inKubernetes = _dropped.Into("kubernetes.audit"u8);
        output.Name("audit"u8);
        output.Open('{');
        var ranges = audited.Ranges;
        foreach (var (field, name, node) in Parts)
        {
            if (!ranges.Has(field)) continue;
            var (start, length) = (ranges.Start(field), ranges.Length(field));
            if (ranges.IsString(field)) (start, length) = (start - 1, length + 2);
            MappedCopy.Write(name, audited.Utf8.Span.Slice(start, length), node, output, _dropped, _keys, undot: field == HotField.Annotations);
        }
        output.Close('}');
        _dropped.Out(inKubernetes);
    }

    static (HotField, byte[], MappingNode?) Part(HotField field, string name)
    {
        var utf8 = System.Text.Encoding.UTF8.GetBytes(name);
        return (field, utf8, Tree.Inside(utf8));
    }
}
