using AuditWatch.Events.Envelopes;
using AuditWatch.Events.Framing;
using AuditWatch.Events.Model;

namespace AuditWatch.Detection.Scanning;

/// <summary>Finds the event time of a block's first event.</summary>
sealed class BlockBeginning(SymbolTable symbols) : IUnwrapSink
{
    // A block without an event in its first documents is read in its place in the file, at no particular time.
    const int MostDocuments = 64;

    readonly EventUnwrapper _unwrapper = new();
    readonly AuditEvent _event = new(symbols);
    long? _micros;

    public long? Of(DocumentBlock block)
    {
        _micros = null;
        var left = MostDocuments;
        foreach (var document in block.Documents)
        {
            if (left-- == 0 || _micros is not null) break;
            if (!document.IsOversize) _unwrapper.Unwrap(block[document], document.Line, this);
        }

        return _micros;
    }

    public void OnEvent(ReadOnlyMemory<byte> utf8, in EventOrigin origin)
    {
        if (_micros is not null) return;
        _event.Read(utf8, _unwrapper.Ranges, origin, new ClusterFacts(), 0);
        if (_event.TimeMicros != 0) _micros = _event.TimeMicros;
    }

    public void OnBad(in BadRecord bad)
    {
    }

    public void OnDropped(string category)
    {
    }
}
