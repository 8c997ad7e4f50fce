using System.Text.Json;
using AuditWatch.Events;
using AuditWatch.Events.Model;
using AuditWatch.Events.Scanning;

namespace AuditWatch.Storage.Index;

public sealed partial class IndexBatch
{
    static readonly FieldPath? CommandLine = AuditSchema.TryBind("aw.exec.command_line", out var field, out _) ? field : null;

    /// <summary>Adds an event as it stands in the journal.</summary>
    public void Add(AuditEvent audited, EventId id, EventPosition position)
    {
        Begin(id, position, audited.TimeMicros, audited.RequestReceivedMicros);
        Text(TextColumn.Cluster, audited.Cluster.Name);
        AuditId(Plain(audited, HotField.AuditId, out var auditId) ? auditId : System.Text.Encoding.UTF8.GetBytes(audited.AuditId));
        Copy(TextColumn.Verb, audited, HotField.Verb);
        Copy(TextColumn.User, audited, HotField.UserName);
        Text(TextColumn.ImpersonatedUser, audited.IsImpersonated ? audited.ImpersonatedUserName : null);
        Text(TextColumn.ClientIp, audited.ClientIp);
        Copy(TextColumn.UserAgent, audited, HotField.UserAgent);
        if (audited.Ranges.Has(HotField.ObjectRef)) Text(TextColumn.ApiGroup, audited.ApiGroup);
        else Text(TextColumn.ApiGroup, (string?)null);
        Copy(TextColumn.ApiVersion, audited, HotField.ObjectApiVersion);
        Copy(TextColumn.Resource, audited, HotField.ObjectResource);
        Copy(TextColumn.Subresource, audited, HotField.ObjectSubresource);
        Copy(TextColumn.Namespace, audited, HotField.ObjectNamespace);
        Text(TextColumn.Name, audited.Name);
        Copy(TextColumn.ObjectUid, audited, HotField.ObjectUid);
        Copy(TextColumn.RequestUri, audited, HotField.RequestUri);
        Copy(TextColumn.Reason, audited, HotField.ResponseReason);
        Annotations(audited);
        Extra(audited);
        Command(audited);
        Word(WordColumn.Stage, (int)audited.Stage);
        Word(WordColumn.Level, (int)audited.Level);
        Word(WordColumn.Outcome, (int)audited.Outcome + 1);
        Word(WordColumn.TimeSource, (int)audited.TimeSource + 1);
        Word(WordColumn.ListScope, audited.Verb is not ("list" or "watch" or "deletecollection") ? 0 : string.IsNullOrEmpty(audited.Namespace) ? 1 : 2);
        Number(NumberColumn.Code, audited.ResponseCode);
        Number(NumberColumn.Bytes, audited.Utf8.Length);
        Flag(FlagColumn.Impersonated, audited.IsImpersonated);
        Flag(FlagColumn.DryRun, audited.IsDryRun);
        List(ListColumn.UserGroups, audited.UserGroups);
        List(ListColumn.SourceIps, audited.SourceIps);
        Count++;
    }

    // A string without escapes is its own UTF-8: no detour over UTF-16.
    static bool Plain(AuditEvent audited, HotField field, out ReadOnlySpan<byte> utf8)
    {
        var ranges = audited.Ranges;
        var plain = ranges.Has(field) && ranges.IsString(field) && !ranges.IsEscaped(field);
        utf8 = plain ? ranges.Of(audited.Utf8.Span, field) : default;
        return plain;
    }

    void Copy(TextColumn column, AuditEvent audited, HotField field)
    {
        if (Plain(audited, field, out var utf8)) Text(column, utf8);
        else Text(column, audited.Text(field));
    }

    void Annotations(AuditEvent audited)
    {
        Text(TextColumn.DecisionReason, (string?)null);
        Text(TextColumn.IssuedCredentialId, (string?)null);
        Word(WordColumn.Decision, 0);
        if (!audited.Ranges.Has(HotField.Annotations)) return;
        var annotations = new Utf8JsonReader(audited.Ranges.Of(audited.Utf8.Span, HotField.Annotations));
        while (NextMember(ref annotations))
        {
            if (annotations.ValueTextEquals("authorization.k8s.io/decision"u8))
            {
                annotations.Read();
                if (annotations.TokenType == JsonTokenType.String)
                    Word(WordColumn.Decision, annotations.ValueTextEquals("allow"u8) ? 1 : annotations.ValueTextEquals("forbid"u8) ? 2 : 0);
            }
            else if (annotations.ValueTextEquals("authorization.k8s.io/reason"u8)) Value(TextColumn.DecisionReason, ref annotations);
            else if (annotations.ValueTextEquals("authentication.kubernetes.io/issued-credential-id"u8)) Value(TextColumn.IssuedCredentialId, ref annotations);
            else annotations.Skip();
        }
    }

    void Extra(AuditEvent audited)
    {
        Text(TextColumn.CredentialId, (string?)null);
        Text(TextColumn.CallerPod, (string?)null);
        Text(TextColumn.CallerNode, (string?)null);
        if (!audited.Ranges.Has(HotField.UserExtra)) return;
        var extra = new Utf8JsonReader(audited.Ranges.Of(audited.Utf8.Span, HotField.UserExtra));
        while (NextMember(ref extra))
        {
            if (extra.ValueTextEquals("authentication.kubernetes.io/credential-id"u8)) Value(TextColumn.CredentialId, ref extra);
            else if (extra.ValueTextEquals("authentication.kubernetes.io/pod-name"u8)) Value(TextColumn.CallerPod, ref extra);
            else if (extra.ValueTextEquals("authentication.kubernetes.io/node-name"u8)) Value(TextColumn.CallerNode, ref extra);
            else extra.Skip();
        }
    }

    // At the name of the object's next member; the scanner has made sure that the text is whole.
    static bool NextMember(ref Utf8JsonReader reader)
    {
        while (reader.Read())
        {
            if (reader.TokenType == JsonTokenType.PropertyName) return true;
            if (reader.CurrentDepth == 0 && reader.TokenType != JsonTokenType.StartObject) return false;
        }

        return false;
    }

    // A member's string, or the first of its array.
    void Value(TextColumn column, ref Utf8JsonReader reader)
    {
        reader.Read();
        var isArray = reader.TokenType == JsonTokenType.StartArray;
        if (isArray) reader.Read();
        if (reader.TokenType == JsonTokenType.String)
        {
            if (reader.ValueIsEscaped) Text(column, reader.GetString());
            else Text(column, reader.ValueSpan);
        }

        if (!isArray) { reader.Skip(); return; }
        var depth = reader.TokenType == JsonTokenType.EndArray ? reader.CurrentDepth : reader.CurrentDepth - 1;
        while (!(reader.TokenType == JsonTokenType.EndArray && reader.CurrentDepth == depth) && reader.Read()) { }
    }

    void Command(AuditEvent audited)
    {
        var line = CommandLine is not null && audited.Subresource == "exec" ? audited.Get(CommandLine) : FieldAnswer.Absent;
        if (line.Kind == AnswerKind.Text) Text(TextColumn.ExecCommand, line.Utf8);
        else Text(TextColumn.ExecCommand, (string?)null);
    }
}
