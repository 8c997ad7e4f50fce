using System.Buffers;
using System.Text.Json;
using AuditWatch.Events.Redaction;
using AuditWatch.Events.Scanning;

namespace AuditWatch.Ingest.Sources.Falco;

/// <summary>
/// Cleans an alert of secrets by the rules that bodies of requests are cleaned by: command lines, file names and environment may hold any. The alert is put where a
/// body stands, cleaned, and taken out again.
/// </summary>
internal static class FalcoCleaner
{
    static ReadOnlySpan<byte> Around => """{"auditID":"falco","stage":"ResponseComplete","verb":"create","objectRef":{"resource":"pods"},"requestObject":"""u8;

    /// <summary>The cleaned alert on one line; null when it cannot be cleaned.</summary>
    public static byte[]? TryClean(Redactor redactor, JsonElement alert)
    {
        var wrapped = new ArrayBufferWriter<byte>(4096);
        wrapped.Write(Around);
        using (var json = new Utf8JsonWriter(wrapped)) alert.WriteTo(json);
        wrapped.Write("}"u8);
        var ranges = new EventRanges();
        var cleaned = new ArrayBufferWriter<byte>(wrapped.WrittenCount);
        try
        {
            if (!EventScanner.TryScan(wrapped.WrittenSpan, ranges, out _)) return null;
            if (!redactor.TryClean(wrapped.WrittenSpan, ranges, cleaned)) return ranges.Of(wrapped.WrittenSpan, HotField.RequestObject).ToArray();
            return EventScanner.TryScan(cleaned.WrittenSpan, ranges, out _) ? ranges.Of(cleaned.WrittenSpan, HotField.RequestObject).ToArray() : null;
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            return null;
        }
    }
}
