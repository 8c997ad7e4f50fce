using System.Buffers;
using AuditWatch.Events.Envelopes;
using AuditWatch.Events.Framing;
using AuditWatch.Events.Model;
using AuditWatch.Events.Redaction;

namespace AuditWatch.Detection.Scanning;

/// <summary>Takes blocks apart into events, unwrapped and redacted. One per thread; every buffer is used again.</summary>
abstract class EventSource : IUnwrapSink
{
    readonly EventUnwrapper _unwrapper = new();
    readonly ArrayBufferWriter<byte> _clean = new(64 * 1024);
    readonly AuditEvent _event;
    readonly Redactor _redactor;
    readonly ScanOptions _options;
    BlockTally _tally = new();

    protected EventSource(SymbolTable symbols, Redactor redactor, ScanOptions options)
    {
        _event = new AuditEvent(symbols);
        _redactor = redactor;
        _options = options;
    }

    /// <summary>One event; borrowed for the call.</summary>
    protected abstract void OnEvent(AuditEvent e, long line);

    protected BlockTally Read(string file, DocumentBlock block)
    {
        _tally = new BlockTally { File = file };
        foreach (var document in block.Documents)
        {
            _tally.Bytes += document.Length + 1;
            if (document.IsOversize) _tally.Bad(document.Line, "oversize", "The document is larger than can be read.");
            else _unwrapper.Unwrap(block[document], document.Line, this);
        }

        // Blocks go to any worker, so a line in parts must end in its block; what would not is said, never joined to another file's text.
        _unwrapper.Complete(this);
        return _tally;
    }

    void IUnwrapSink.OnEvent(ReadOnlyMemory<byte> utf8, in EventOrigin origin)
    {
        _clean.ResetWrittenCount();
        if (!_redactor.TryClean(utf8.Span, _unwrapper.Ranges, _clean)) _event.Read(utf8, _unwrapper.Ranges, origin, _options.Cluster, _options.ReceivedMicros);
        else if (!_event.TryRead(_clean.WrittenMemory, origin, _options.Cluster, _options.ReceivedMicros, out var fault))
        {
            _tally.Bad(origin.Line, "malformed-json", $"The event is no longer valid JSON once it is redacted: {fault.Fault} at byte {fault.Offset}.");
            return;
        }

        _tally.Events++;
        OnEvent(_event, origin.Line);
    }

    void IUnwrapSink.OnBad(in BadRecord bad) => _tally.Bad(bad.Line, bad.Reason, bad.Detail);

    void IUnwrapSink.OnDropped(string category) => _tally.Drop(category);
}
