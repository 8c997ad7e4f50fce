using System.Buffers;
using System.Runtime.InteropServices;
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
    static readonly SearchValues<byte> s_plain = SearchValues.Create([.. Enumerable.Range(' ', '~' - ' ' + 1).Select(b => (byte)b).Except("\\<>&+'`"u8.ToArray())]);

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
        _wrapped.Write(Around);
        Write(alert);
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

    void Write(JsonElement alert)
    {
        var raw = JsonMarshal.GetRawUtf8Value(alert);
        if (IsAsWritten(raw))
        {
            _wrapped.Write(raw);
            return;
        }
        _json.Reset();
        alert.WriteTo(_json);
        _json.Flush();
    }

    // Whether the writer would write the same: nothing escaped, nothing that it would escape, no space between tokens.
    static bool IsAsWritten(ReadOnlySpan<byte> json)
    {
        if (json.ContainsAnyExcept(s_plain)) return false;
        // Without escapes every second quote ends a text.
        while (json.IndexOf((byte)'"') is var quote and >= 0)
        {
            if (json[..quote].Contains((byte)' ')) return false;
            json = json[(quote + 1)..];
            json = json[(json.IndexOf((byte)'"') + 1)..];
        }
        return !json.Contains((byte)' ');
    }
}
