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
        foreach (ref readonly var part in Parts.AsSpan())
        {
            if (!ranges.Has(part.Field)) continue;
            (Pieces? Pieces, int Piece) known = part.Field switch
            {
                HotField.User => (_user, AuditUser),
                HotField.SourceIps => (_source, AuditSource),
                HotField.Annotations => (_annotation, AuditAnnotations),
                HotField.ResponseStatus => (_status, 0),
                HotField.ObjectRef => (_target, 0),
                _ => (null, 0),
            };
            if (known.Pieces is { } pieces) output.Raw(pieces[known.Piece]);
            else Part(output, audited, part);
        }
        output.Close('}');
        _dropped.Out(inKubernetes);
    }

    void Part(Utf8Output output, AuditEvent audited, HotField field)
    {
        foreach (ref readonly var part in Parts.AsSpan())
            if (part.Field == field) Part(output, audited, part);
    }

    void Part(Utf8Output output, AuditEvent audited, in (HotField Field, byte[] Name, MappingNode? Node) part)
    {
        var ranges = audited.Ranges;
        var (start, length) = (ranges.Start(part.Field), ranges.Length(part.Field));
        if (ranges.IsString(part.Field)) (start, length) = (start - 1, length + 2);
        var json = audited.Utf8.Span.Slice(start, length);
        if (ranges.IsString(part.Field) && TakesAsItIs(part))
        {
            output.Name(part.Name);
            output.Raw(json);
            output.Comma();
            return;
        }
        MappedCopy.Write(part.Name, json, part.Node, output, _dropped, _keys, undot: part.Field == HotField.Annotations);

        // The scanner has validated every string outside the bodies, and unescaped it is no longer than written.
        bool TakesAsItIs(in (HotField Field, byte[] Name, MappingNode? Node) member) => member.Node?.Type switch
        {
            FieldType.Keyword => length - 2 <= FieldFit.LongestTerm,
            FieldType.Date when member.Field == HotField.StageTimestamp => _isStageTime,
            FieldType.Date when member.Field == HotField.RequestReceivedTimestamp => _isReceivedTime,
            _ => false,
        };
    }

    static (HotField, byte[], MappingNode?) Part(HotField field, string name)
    {
        var utf8 = System.Text.Encoding.UTF8.GetBytes(name);
        return (field, utf8, Tree.Inside(utf8));
    }
}
