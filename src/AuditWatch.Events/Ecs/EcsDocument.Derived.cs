using System.Text;
using AuditWatch.Events.Model;
using AuditWatch.Events.Scanning;

namespace AuditWatch.Events.Ecs;

// auditwatch.*: what the bytes do not say outright.
public sealed partial class EcsDocument
{
    static readonly Field ClientIp = new("client_ip", "aw.client_ip"), ClientScope = new("client_scope", "aw.client_ip.scope"), Forwarded = new("forwarded", "aw.xff_present"),
        CredentialId = new("credential_id", "aw.cred_id"), IssuedCredentialId = new("issued_credential_id", "aw.issued_cred_id"),
        EffectiveUser = new("effective_user", "aw.effective_user"), Impersonated = new("impersonated", "aw.impersonated"),
        DryRun = new("dry_run", "aw.dry_run"), IsWrite = new("write", "aw.is_write"), ListScope = new("list_scope", "aw.list_scope"), ProxyPath = new("proxy_path", "aw.proxy.path"),
        CallerPod = new("pod", "aw.caller.pod"), CallerNode = new("node", "aw.caller.node"), SaName = new("name", "aw.sa.name"), SaNamespace = new("namespace", "aw.sa.namespace"),
        CommandLine = new("command_line", "aw.exec.command_line"), Container = new("container", "aw.exec.container");

    static readonly Field[] Plain = [EffectiveUser, Impersonated, DryRun, IsWrite, ListScope, ProxyPath];
    static readonly Field[] Caller = [CallerPod, CallerNode], ServiceAccount = [SaName, SaNamespace], Exec = [CommandLine, Container];

    void Derived(Utf8Output output, AuditEvent audited, EventPosition position, long receivedMicros)
    {
        output.Name("auditwatch"u8);
        output.Open('{');
        output.Member("time_us"u8, audited.TimeMicros);
        Received(output, "received"u8, receivedMicros);
        output.Member("bytes"u8, audited.Utf8.Length);
        if (audited.TimeSource != TimeSource.Stage)
            output.Member("time_source"u8, audited.TimeSource switch { TimeSource.RequestReceived => "request_received"u8, TimeSource.Envelope => "envelope"u8, _ => "receipt"u8 });
        output.Name("journal"u8);
        output.Open('{');
        output.Member("segment"u8, position.Segment);
        output.Member("frame"u8, position.Frame);
        output.Member("index"u8, position.Index);
        if (_topic is not null)
        {
            var (partition, offset) = _topic.PlaceOf(position);
            output.Member("topic"u8, _topicName);
            output.Member("partition"u8, partition);
            output.Member("offset"u8, offset);
        }
        output.Close('}');
        output.Member("outcome"u8, audited.Outcome switch { Outcome.Success => "success"u8, Outcome.Denied => "denied"u8, Outcome.Failure => "failure"u8, _ => "unknown"u8 });
        if (audited.Origin.IsCut || audited.Annotation("audit.k8s.io/truncated") == "true") output.Member("truncated"u8, true);
        if (_source is { } source) output.Raw(source[ClientFields]);
        else Client(output, audited);
        if (_user is { } user) output.Raw(user[Credential]);
        else Add(output, audited, CredentialId);
        if (_annotation is { } annotation) output.Raw(annotation[IssuedCredential]);
        else Add(output, audited, IssuedCredentialId);
        foreach (var field in Plain) Add(output, audited, field);
        if (_user is { } bound) output.Raw(bound[Bound]);
        else BoundTo(output, audited);
        if (audited.Subresource is "exec" or "attach" or "portforward") Group(output, audited, "exec"u8, Exec);
        if (_dropped.Names.Count > 0)
        {
            output.Name("dropped_fields"u8);
            output.Open('[');
            foreach (var name in _dropped.Names) output.Text(Encoding.UTF8.GetBytes(name));
            output.Close(']');
        }
        output.Close('}');
    }

    void Client(Utf8Output output, AuditEvent audited)
    {
        if (audited.ClientIp is { } ip && FieldFit.IsAddress(Encoding.UTF8.GetBytes(ip))) Add(output, audited, ClientIp);
        Add(output, audited, ClientScope);
        Add(output, audited, Forwarded);
    }

    void BoundTo(Utf8Output output, AuditEvent audited)
    {
        Group(output, audited, "caller"u8, Caller);
        Group(output, audited, "service_account"u8, ServiceAccount);
    }

    void Group(Utf8Output output, AuditEvent audited, ReadOnlySpan<byte> name, Field[] fields)
    {
        var mark = output.Length;
        output.Name(name);
        output.Open('{');
        var empty = output.Length;
        foreach (var field in fields) Add(output, audited, field);
        if (output.Length == empty) output.BackTo(mark);
        else output.Close('}');
    }

    // What is absent or unknown has no field: a search for it finds what is known.
    void Add(Utf8Output output, AuditEvent audited, Field field)
    {
        var answer = audited.Get(field.Path);
        switch (answer.Kind)
        {
            case AnswerKind.Text when answer.Utf8.Length <= FieldFit.LongestTerm:
                output.Name(field.Name);
                output.Text(answer.Utf8);
                break;
            case AnswerKind.Text:
                _dropped.Add("auditwatch." + Encoding.UTF8.GetString(field.Name));
                break;
            case AnswerKind.True or AnswerKind.False:
                output.Member(field.Name, answer.Kind == AnswerKind.True);
                break;
        }
    }

    sealed class Field(string name, string path)
    {
        public byte[] Name { get; } = Encoding.UTF8.GetBytes(name);

        public FieldPath Path { get; } = AuditSchema.TryBind(path, out var bound, out var problem) ? bound : throw new InvalidOperationException(problem);
    }
}
