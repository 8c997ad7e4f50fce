using System.Text.Json;
using AuditWatch.Detection.Alerts;
using AuditWatch.Detection.Rules;
using AuditWatch.Events.Model;
using AuditWatch.Events.Redaction;
using AuditWatch.Sigma.Evaluation;
using SigmaReason = AuditWatch.Sigma.Evaluation.UnknownReason;

namespace AuditWatch.Detection.EventLayer;

/// <summary>Shows of an event only what all events of its class (and party) have in common. What was answered once is answered from memory until it is pointed elsewhere.</summary>
sealed class SettledView : EventView
{
    readonly byte[] _texts = new byte[8192];
    Answer[] _answers = new Answer[256];
    AuditEvent? _event;
    PartyParts _known;
    int _look, _used;
    bool _hid;

    /// <summary>The parts of the party that might settle something of what was asked for and not shown.</summary>
    public PartyParts HangsOn { get; private set; }

    /// <summary>Points it at an event of which the class and some parts of the party are known.</summary>
    public void Look(AuditEvent e, PartyParts known)
    {
        (_event, _known, _used) = (e, known, 0);
        _look++;
    }

    /// <summary>The rule's verdict on what is shown.</summary>
    public Verdict Ask(EventRule rule)
    {
        HangsOn = PartyParts.None;
        return rule.Compiled.EvaluateSafely(this);
    }

    /// <summary>The leaves that make the rule true on every event that looks the same; null when what is not shown may add to them.</summary>
    public IReadOnlyList<AlertMatch>? Leaves(EventRule rule)
    {
        _hid = false;
        try
        {
            AlertMatch[] leaves = [.. rule.Compiled.Explain(this).Select(l => new AlertMatch(l.Selection, l.Field, l.Value))];
            return _hid ? null : leaves;
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            return null;
        }
    }

    public override FieldValue Get(int slot)
    {
        if (slot >= _answers.Length) Array.Resize(ref _answers, Math.Max(slot + 1, _answers.Length * 2));
        ref var answer = ref _answers[slot];
        if (answer.Look != _look) return Find(slot, ref answer);
        if (!answer.IsShown) return Hidden(answer.HangsOn, answer.IsThere);
        return new FieldValue { Kind = answer.Kind, Why = answer.Why, Utf8 = _texts.AsSpan(answer.Start, answer.Length), Symbol = answer.Symbol, Element = answer.Element };
    }

    public override int SymbolOf(int slot) => slot < _answers.Length && _answers[slot] is var answer && answer.Look == _look ? answer.Symbol : -1;

    public override bool AnyLeaf(LeafVisitor visit, out SigmaReason why)
    {
        why = NotShown;
        _hid = true;
        return false;
    }

    public override SigmaReason Withheld(ReadOnlySpan<byte> text) => Redactor.ContainsMark(text) ? SigmaReason.Redacted : SigmaReason.None;

    FieldValue Find(int slot, ref Answer known)
    {
        var e = _event ?? throw new InvalidOperationException("The view has not been pointed at an event.");
        if (!e.TryGetSettled(AuditFieldSchema.Instance.PathOf(slot), _known, out var answer))
        {
            known = new Answer { Look = _look, HangsOn = e.PartyLookedAt, IsThere = e.IsSettledThere(AuditFieldSchema.Instance.PathOf(slot)), Symbol = -1 };
            return Hidden(known.HangsOn, known.IsThere);
        }

        var kind = (FieldKind)answer.Kind;
        if (answer.Utf8.Length <= _texts.Length - _used)
        {
            answer.Utf8.CopyTo(_texts.AsSpan(_used));
            known = new Answer
            {
                Look = _look, IsShown = true, Kind = kind, Why = (SigmaReason)answer.Why, Start = _used, Length = answer.Utf8.Length, Symbol = kind == FieldKind.Text ? answer.Symbol : -1,
                Element = answer.Element,
            };
            _used += answer.Utf8.Length;
        }

        return new FieldValue { Kind = kind, Why = (SigmaReason)answer.Why, Utf8 = answer.Utf8, Symbol = answer.Symbol, Element = answer.Element };
    }

    FieldValue Hidden(PartyParts hangsOn, bool isThere)
    {
        HangsOn |= hangsOn;
        _hid = true;
        return new FieldValue { Kind = FieldKind.Unknown, Why = NotShown, IsThere = isThere, Symbol = -1 };
    }

    struct Answer
    {
        public int Look, Start, Length, Symbol;
        public FieldKind Kind;
        public SigmaReason Why;
        public PartyParts HangsOn;
        public bool IsShown, IsThere;
        public JsonElement Element;
    }
}
