using AuditWatch.Detection.Alerts;
using AuditWatch.Detection.EventLayer;
using AuditWatch.Events.Envelopes;
using AuditWatch.Events.Model;
using AuditWatch.Sigma.Evaluation;
using AuditWatch.Sigma.Parsing;

namespace AuditWatch.Detection.Rules;

/// <summary>A site's exception put to events before it is believed: the same compiled filter that detection would ask. Belongs to one thread.</summary>
public sealed class ExceptionTrial
{
    readonly SigmaFilter _filter;
    readonly SiteExceptionRule _rule;
    readonly AuditEventView _view = new();
    readonly AuditEvent _event = new(new SymbolTable());

    ExceptionTrial(SigmaFilter filter, SiteExceptionRule rule) => (_filter, _rule) = (filter, rule);

    /// <summary>The document's id.</summary>
    public string Id => _rule.Id;

    /// <summary>Its title.</summary>
    public string Title => _rule.Title;

    /// <summary>Who answers for it.</summary>
    public string Owner => _rule.Owner;

    /// <summary>Why.</summary>
    public string Reason => _rule.Reason;

    /// <summary>Event time from which on it no longer holds, microseconds since 1970; <see cref="long.MaxValue"/>: it does not end.</summary>
    public long ExpiresMicros => _rule.ExpiresMicros;

    /// <summary>The rules it speaks of, by id or name.</summary>
    public IReadOnlyList<string> Rules => _filter.Rules;

    /// <summary>The exceptions of folders; what cannot be read goes to <paramref name="problems"/>.</summary>
    public static IReadOnlyList<(string File, ExceptionTrial Trial)> Load(IReadOnlyList<string> dirs, ICollection<Problem> problems)
    {
        var lists = new NamedLists();
        lists.Load(Path.Combine(RuleSources.ShippedDir, "lists"), problems);
        return [.. SiteExceptions.Load(dirs, lists, problems).Select(x => (x.Filter.File, new ExceptionTrial(x.Filter, x.Rule)))];
    }

    /// <summary>The exception of a text; null when it cannot be read, and why in <paramref name="problems"/>.</summary>
    public static ExceptionTrial? Read(string document, string name, ICollection<Problem> problems)
    {
        var lists = new NamedLists();
        lists.Load(Path.Combine(RuleSources.ShippedDir, "lists"), problems);
        return SiteExceptions.Read(document, name, lists, problems) is var (filter, rule) ? new ExceptionTrial(filter, rule) : null;
    }

    /// <summary>Whether it hides what its rules find on an event. Null: it cannot tell, or the bytes are no event; it hides nothing then.</summary>
    public bool? Covers(ReadOnlyMemory<byte> utf8Event, ClusterFacts cluster, long receivedMicros)
    {
        if (!_event.TryRead(utf8Event, new EventOrigin(0, 0, EnvelopeShape.Event, false), cluster, receivedMicros, out _)) return null;
        _view.Event = _event;
        return _rule.Passes.EvaluateSafely(_view).Truth switch { Truth.False => true, Truth.True => false, _ => null };
    }

    /// <summary>Whether it still holds at an event's time.</summary>
    public bool HoldsAt(long timeMicros) => timeMicros < ExpiresMicros;

    /// <summary>Whether it speaks of the rule.</summary>
    public bool SpeaksOf(AlertRule rule) => Rules.Any(r => r.Equals(rule.Id, StringComparison.OrdinalIgnoreCase) || r.Equals(rule.Name, StringComparison.OrdinalIgnoreCase));
}
