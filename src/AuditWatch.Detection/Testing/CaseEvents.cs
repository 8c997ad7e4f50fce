using System.Buffers;
using System.Text.Json.Nodes;
using AuditWatch.Events.Envelopes;
using AuditWatch.Events.Model;
using AuditWatch.Events.Redaction;

namespace AuditWatch.Detection.Testing;

/// <summary>The events of cases as rules see them, unwrapped and redacted, to be asked many times.</summary>
sealed class CaseEvents(SymbolTable symbols) : IUnwrapSink
{
    readonly EventUnwrapper _unwrapper = new();
    readonly Redactor _redactor = new(ReadOnlyMemory<byte>.Empty, new RedactionOptions());
    readonly ArrayBufferWriter<byte> _clean = new();
    readonly List<AuditEvent> _events = [];
    ClusterFacts _cluster = new();

    public IReadOnlyList<AuditEvent> All => _events;

    /// <summary>The event alone, whatever was added before; null when it is none.</summary>
    public AuditEvent? Only(JsonObject e, ClusterFacts cluster)
    {
        _events.Clear();
        Add(e, "native", cluster);
        return _events is [var one] ? one : null;
    }

    public void Add(JsonObject e, string shape, ClusterFacts cluster)
    {
        _cluster = cluster;
        _unwrapper.Unwrap(ProviderShape.Wrap(e, shape), 1, this);
    }

    void IUnwrapSink.OnEvent(ReadOnlyMemory<byte> utf8, in EventOrigin origin)
    {
        _clean.ResetWrittenCount();
        var kept = _redactor.TryClean(utf8.Span, _unwrapper.Ranges, _clean) ? _clean.WrittenSpan.ToArray() : utf8.ToArray();
        var e = new AuditEvent(symbols);
        if (e.TryRead(kept, origin, _cluster, 0, out _)) _events.Add(e);
    }

    // What is no event is for the run of the cases itself to say.
    void IUnwrapSink.OnBad(in BadRecord bad)
    {
    }

    void IUnwrapSink.OnDropped(string category)
    {
    }
}
