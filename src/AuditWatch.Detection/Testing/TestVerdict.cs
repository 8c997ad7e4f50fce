using System.Buffers;
using System.Text.Json.Nodes;
using AuditWatch.Detection.EventLayer;
using AuditWatch.Detection.Rules;
using AuditWatch.Events.Envelopes;
using AuditWatch.Events.Model;
using AuditWatch.Events.Redaction;
using AuditWatch.Sigma.Evaluation;

namespace AuditWatch.Detection.Testing;

/// <summary>Judges one event by one rule, on the way that real events take: wrapped, unwrapped, redacted, looked up among the candidates, evaluated.</summary>
sealed class TestVerdict(RuleSnapshot rules) : IUnwrapSink
{
    readonly EventUnwrapper _unwrapper = new();
    readonly Redactor _redactor = new(ReadOnlyMemory<byte>.Empty, new RedactionOptions());
    readonly ArrayBufferWriter<byte> _clean = new();
    readonly AuditEvent _event = new(rules.Symbols);
    readonly AuditEventView _view = new();
    EventRule? _rule;
    RuleSet? _set;
    ClusterFacts _cluster = new();
    Verdict _verdict;
    int _events;
    string? _problem;

    /// <summary>The verdict, or null with what went wrong.</summary>
    public Verdict? Of(string ruleId, JsonObject e, string shape, ClusterFacts cluster, out string? problem)
    {
        (_set, _cluster, _events, _problem) = (rules.For(cluster), cluster, 0, null);
        _rule = _set.Rules.FirstOrDefault(r => r.Identity.Id.Equals(ruleId, StringComparison.OrdinalIgnoreCase));
        if (_rule is null) _problem = $"There is no rule {ruleId}.";
        else _unwrapper.Unwrap(ProviderShape.Wrap(e, shape), 1, this);
        if (_problem is null && _events != 1) _problem = $"The event came out of its envelope {_events} times.";
        problem = _problem;
        return problem is null ? _verdict : null;
    }

    void IUnwrapSink.OnEvent(ReadOnlyMemory<byte> utf8, in EventOrigin origin)
    {
        _events++;
        _clean.ResetWrittenCount();
        if (!_redactor.TryClean(utf8.Span, _unwrapper.Ranges, _clean)) _event.Read(utf8, _unwrapper.Ranges, origin, _cluster, 0);
        else if (!_event.TryRead(_clean.WrittenMemory, origin, _cluster, 0, out var fault)) _problem = $"The redacted event does not scan: {fault.Fault}.";
        if (_problem is not null) return;
        _view.Event = _event;
        _verdict = _rule!.Compiled.Evaluate(_view);
        if (_verdict.Truth != Truth.False && !_set!.Candidates.For(_event).Contains(_rule))
            _problem = "The rule holds on the event but the candidate table leaves it out.";
    }

    void IUnwrapSink.OnBad(in BadRecord bad) => _problem = $"The event is no audit event: {bad.Detail}";

    void IUnwrapSink.OnDropped(string category) => _problem = $"The event was dropped as '{category}'.";
}
