namespace AuditWatch.Events.Envelopes;

/// <summary>Receives what an input document held, in its order. Memory is borrowed for the duration of the call.</summary>
public interface IUnwrapSink
{
    /// <summary>One audit event, as bytes that scan.</summary>
    void OnEvent(ReadOnlyMemory<byte> utf8, in EventOrigin origin);

    /// <summary>Something that is no audit event and no known envelope, or is malformed.</summary>
    void OnBad(in BadRecord bad);

    /// <summary>A record of a known kind that is no audit event by design (an AKS <c>guard</c> record, a CloudWatch control message): counted, not kept.</summary>
    void OnDropped(string category);
}

/// <summary>What is known of an event beside its bytes.</summary>
/// <param name="Line">Line (from 1) of the unpacked text where the event begins.</param>
/// <param name="EnvelopeTimeMicros">The envelope's own time in microseconds since 1970, or 0.</param>
/// <param name="Shape">Which envelope it came in.</param>
/// <param name="IsCut">The event was salvaged from a cut text: what is missing is unknown, not absent.</param>
/// <param name="ApiServer">Which API server wrote it, where the envelope says so (the pod on AKS, the log stream on EKS); else null.</param>
public readonly record struct EventOrigin(long Line, long EnvelopeTimeMicros, EnvelopeShape Shape, bool IsCut, string? ApiServer = null);

/// <summary>The envelopes that audit events travel in.</summary>
public enum EnvelopeShape : byte
{
    /// <summary>An Event by itself (log file line).</summary>
    Event,
    /// <summary>An item of an EventList (webhook).</summary>
    EventList,
    /// <summary>AKS diagnostic records.</summary>
    Aks,
    /// <summary>EKS through CloudWatch Logs.</summary>
    Eks,
    /// <summary>GKE Cloud Audit Logs, converted.</summary>
    Gke,
    /// <summary>A log shipper's wrapper (docker, CRI, Vector, Filebeat, Logstash, Fluent Bit).</summary>
    Shipper,
}

/// <summary>A record that could not be taken as an event.</summary>
/// <param name="Reason">A stable word: <c>malformed-json</c>, <c>not-an-audit-event</c>, <c>unknown-envelope</c>, <c>too-deep</c>, …</param>
/// <param name="Detail">A sentence for people, without any content of the record.</param>
/// <param name="Line">Line (from 1) where the record begins.</param>
/// <param name="Offset">Byte offset of the fault within the record, or -1.</param>
/// <param name="Utf8">The record's bytes as received (not redacted).</param>
public readonly record struct BadRecord(string Reason, string Detail, long Line, long Offset, ReadOnlyMemory<byte> Utf8);
