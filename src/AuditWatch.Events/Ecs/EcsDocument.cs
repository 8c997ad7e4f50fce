using System.Text;
using AuditWatch.Events.Model;
using AuditWatch.Events.Scanning;

namespace AuditWatch.Events.Ecs;

/// <summary>
/// Writes an audit event as an Elasticsearch document: ECS fields and <c>kubernetes.audit.*</c> as Elastic's Kubernetes integration has them, so that Elastic's own
/// rules match, and <c>auditwatch.*</c> for what is derived. Written from the event's bytes into one buffer. For one thread; docs/elasticsearch.md has the table of fields.
/// </summary>
/// <param name="dataStreamNamespace">The data stream's namespace.</param>
/// <param name="topic">The topic that the journal is kept in; null: it is a folder.</param>
public sealed partial class EcsDocument(string dataStreamNamespace, JournalTopic? topic = null)
{
    /// <summary>The data set of audit documents.</summary>
    public const string Dataset = "kubernetes.audit_logs";

    static readonly MappingNode Mapping = MappingNode.Audit;
    static readonly MappingNode Tree = Mapping.At("kubernetes.audit");
    readonly DroppedFields _dropped = new();
    readonly HashSet<ulong> _keys = [];
    readonly byte[] _head = Encoding.UTF8.GetBytes(
        $$"""
        "data_stream":{"type":"logs","dataset":"{{Dataset}}","namespace":"{{dataStreamNamespace}}"},"ecs":{"version":"9.4.0"},
        """);

    bool _isStageTime, _isReceivedTime;
    long _receivedMicros = long.MinValue;
    byte[] _received = [];
    readonly JournalTopic? _topic = topic;
    readonly byte[] _topicName = Encoding.UTF8.GetBytes(topic?.Name ?? "");
    string? _clusterName;
    byte[] _cluster = [];

    /// <summary>Which parts of the last event were left out of its document, by their names in it.</summary>
    public IReadOnlyList<string> Dropped => _dropped.Names;

    /// <summary>Appends the document, on one line, without a line end.</summary>
    /// <param name="output">Where to.</param>
    /// <param name="audited">The event.</param>
    /// <param name="id">Its identity; the document's <c>_id</c> too.</param>
    /// <param name="position">Where it lies in the journal.</param>
    /// <param name="receivedMicros">When it was received.</param>
    /// <param name="nowMicros">Now: <c>event.ingested</c>, where the server has no pipeline that sets it by its own clock.</param>
    public void Write(Utf8Output output, AuditEvent audited, EventId id, EventPosition position, long receivedMicros, long nowMicros)
    {
        _dropped.Clear();
        (_isStageTime, _isReceivedTime) = (FieldFit.IsTime(audited.Plain(HotField.StageTimestamp)), FieldFit.IsTime(audited.Plain(HotField.RequestReceivedTimestamp)));
        Recognize(audited);
        output.Open('{');
        output.Name("@timestamp"u8);
        Time(output, audited, HotField.StageTimestamp, _isStageTime && audited.TimeSource == TimeSource.Stage, audited.TimeMicros);
        output.Raw(_head);
        WriteEvent(output, audited, id, receivedMicros, nowMicros);
        User(output, audited);
        Request(output, audited);
        Orchestrator(output, audited);
        output.Name("kubernetes"u8);
        output.Open('{');
        KubernetesAudit(output, audited);
        output.Close('}');
        Derived(output, audited, position, receivedMicros);
        output.Close('}');
        output.BackTo(output.Length - 1);
    }

    // The event's own text where it is a time, else the moment that we know.
    static void Time(Utf8Output output, AuditEvent audited, HotField own, bool isTime, long micros)
    {
        if (isTime) output.Text(audited.Plain(own));
        else output.Moment(micros);
    }

    // The same for all events of a frame.
    void Received(Utf8Output output, ReadOnlySpan<byte> name, long micros)
    {
        if (micros != _receivedMicros)
        {
            _pieces.Clear();
            _pieces.Moment(micros);
            (_received, _receivedMicros) = (_pieces.Written.ToArray(), micros);
        }
        output.Name(name);
        output.Raw(_received);
    }

    void WriteEvent(Utf8Output output, AuditEvent audited, EventId id, long receivedMicros, long nowMicros)
    {
        bool? allowed = audited.Annotation("authorization.k8s.io/decision") switch { "allow" => true, "forbid" => false, _ => null };
        output.Name("event"u8);
        output.Open('{');
        output.Raw("\"kind\":\"event\",\"module\":\"kubernetes\",\"dataset\":\"kubernetes.audit_logs\","u8);
        output.Name("id"u8);
        output.Id(id);
        output.Comma();
        Term(output, "action"u8, audited.Plain(HotField.Verb), "event.action");
        // As Elastic's integration: the decision alone says it. What came of an allowed request is in http.response.status_code and auditwatch.outcome.
        output.Member("outcome"u8, allowed switch { true => "success"u8, false => "failure"u8, _ => audited.Outcome switch { Outcome.Success => "success"u8, Outcome.Unknown => "unknown"u8, _ => "failure"u8 } });
        EcsCategories.Write(output, audited, allowed);
        if (audited.RequestReceivedMicros != 0)
        {
            output.Name("created"u8);
            Time(output, audited, HotField.RequestReceivedTimestamp, _isReceivedTime, audited.RequestReceivedMicros);
            output.Name("start"u8);
            Time(output, audited, HotField.RequestReceivedTimestamp, _isReceivedTime, audited.RequestReceivedMicros);
            if (audited.TimeSource == TimeSource.Stage && audited.TimeMicros >= audited.RequestReceivedMicros)
            {
                output.Name("end"u8);
                Time(output, audited, HotField.StageTimestamp, _isStageTime, audited.TimeMicros);
                output.Member("duration"u8, Math.Min(audited.TimeMicros - audited.RequestReceivedMicros, long.MaxValue / 1000) * 1000);
            }
        }
        else Received(output, "created"u8, receivedMicros);
        output.Name("ingested"u8);
        output.Moment(nowMicros);
        output.Close('}');
    }

    void Term(Utf8Output output, ReadOnlySpan<byte> name, ReadOnlySpan<byte> text, string field)
    {
        if (text.Length <= FieldFit.LongestTerm) output.Member(name, text);
        else _dropped.Add(field);
    }

    // A hot field as text; empty when it is absent or no string.
    static ReadOnlySpan<byte> Text(AuditEvent audited, HotField field) => audited.Ranges.IsString(field) ? audited.Plain(field) : default;
}
