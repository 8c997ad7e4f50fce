using System.Text;
using AuditWatch.Events.Envelopes;
using AuditWatch.Events.Redaction;
using AuditWatch.Events.Scanning;

namespace AuditWatch.Ingest.Sources.Doctor;

/// <summary>What one message holds, told as the pipeline would take it.</summary>
internal sealed class DecodedMessage : IUnwrapSink
{
    readonly EventUnwrapper _unwrapper = new();
    readonly Redactor _redactor = new(ReadOnlyMemory<byte>.Empty, new RedactionOptions());
    string? _event, _bad;
    EnvelopeShape _shape;
    int _events, _dropped, _quarantined;

    public static DoctorCheck Of(ReadOnlyMemory<byte> message, string place)
    {
        var decoded = new DecodedMessage();
        decoded._unwrapper.Unwrap(message, 1, decoded);
        decoded._unwrapper.Complete(decoded);
        var text = $"{place}: {message.Length} bytes";
        if (decoded._event is null)
            return decoded._quarantined == 0 && decoded._dropped > 0
                ? DoctorCheck.Ok("decode", $"{text} of other categories, which are counted and dropped; read on for audit events.")
                : DoctorCheck.Failed("decode", $"{text} hold no audit event: {decoded._bad ?? "the message is empty."} Is it the right hub or topic?");
        return DoctorCheck.Ok("decode", $"{text} in the shape {decoded._shape.ToString().ToLowerInvariant()}: {decoded._events} audit events, {decoded._dropped} of other categories, {decoded._quarantined} for quarantine.") with { Event = decoded._event };
    }

    public void OnEvent(ReadOnlyMemory<byte> utf8, in EventOrigin origin)
    {
        if (_events++ > 0) return;
        _shape = origin.Shape;
        var cleaned = new System.Buffers.ArrayBufferWriter<byte>(utf8.Length);
        var ranges = new EventRanges();
        _event = EventScanner.TryScan(utf8.Span, ranges, out _) && _redactor.TryClean(utf8.Span, ranges, cleaned) ? Encoding.UTF8.GetString(cleaned.WrittenSpan) : Encoding.UTF8.GetString(utf8.Span);
    }

    public void OnBad(in BadRecord bad)
    {
        _quarantined++;
        _bad ??= bad.Detail;
    }

    public void OnDropped(string category) => _dropped++;
}
