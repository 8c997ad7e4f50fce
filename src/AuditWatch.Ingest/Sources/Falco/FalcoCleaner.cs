using System.Buffers;
using System.Text.Json;
using AuditWatch.Events.Redaction;
using AuditWatch.Events.Scanning;

namespace AuditWatch.Ingest.Sources.Falco;

/// <summary>
/// Cleans an alert of secrets by the rules that bodies of requests are cleaned by: command lines, file names and environment may hold any. The alert is put where a
/// body stands, cleaned, and taken out again. For one thread.
/// </summary>
internal sealed class FalcoCleaner : IDisposable
{
    readonly Redactor _redactor;
    readonly ArrayBufferWriter<byte> _wrapped = new(8192);
    readonly ArrayBufferWriter<byte> _cleaned = new();
    readonly Utf8JsonWriter _json;
    readonly EventRanges _ranges = new();

    public FalcoCleaner(Redactor redactor) => (_redactor, _json) = (redactor, new Utf8JsonWriter(_wrapped));

    static ReadOnlySpan<byte> Around => """{"auditID":"falco","stage":"ResponseComplete","verb":"create","objectRef":{"resource":"pods"},"requestObject":"""u8;

    /// <summary>Writes the cleaned alert on one line; false when it cannot be cleaned.</summary>
    public bool TryClean(JsonElement alert, IBufferWriter<byte> output)
    {
        _wrapped.ResetWrittenCount();
        _cleaned.ResetWrittenCount();
        _json.Reset();
        _wrapped.Write(Around);
        alert.WriteTo(_json);
        _json.Flush();
        _wrapped.Write("}"u8);
        try
        {
            if (!EventScanner.TryScan(_wrapped.WrittenSpan, _ranges, out _)) return false;
            var text = _wrapped.WrittenSpan;
            if (_redactor.TryClean(text, _ranges, _cleaned))
            {
                if (!EventScanner.TryScan(_cleaned.WrittenSpan, _ranges, out _)) return false;
                text = _cleaned.WrittenSpan;
            }
            output.Write(_ranges.Of(text, HotField.RequestObject));
            return true;
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            return false;
        }
    }

    public void Dispose() => _json.Dispose();
}
