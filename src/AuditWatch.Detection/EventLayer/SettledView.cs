using AuditWatch.Detection.Rules;
using AuditWatch.Events.Model;
using AuditWatch.Events.Redaction;
using AuditWatch.Sigma.Evaluation;
using SigmaReason = AuditWatch.Sigma.Evaluation.UnknownReason;

namespace AuditWatch.Detection.EventLayer;

/// <summary>Shows of an event only what all events of its class (and party) have in common.</summary>
sealed class SettledView : EventView
{
    AuditEvent? _event;
    PartyParts _known;

    /// <summary>The parts of the party that might settle something of what was asked for and not shown.</summary>
    public PartyParts HangsOn { get; private set; }

    /// <summary>The rule's verdict on an event of which the class and some parts of the party are known.</summary>
    public Verdict Ask(EventRule rule, AuditEvent e, PartyParts known)
    {
        (_event, _known, HangsOn) = (e, known, PartyParts.None);
        return rule.Compiled.EvaluateSafely(this);
    }

    public override FieldValue Get(int slot)
    {
        var e = _event ?? throw new InvalidOperationException("The view has not been pointed at an event.");
        if (e.TryGetSettled(AuditFieldSchema.Instance.PathOf(slot), _known, out var answer))
            return new FieldValue { Kind = (FieldKind)answer.Kind, Why = (SigmaReason)answer.Why, Utf8 = answer.Utf8, Symbol = answer.Symbol, Element = answer.Element };
        HangsOn |= e.PartyLookedAt;
        return new FieldValue { Kind = FieldKind.Unknown, Why = NotShown, Symbol = -1 };
    }

    public override bool AnyLeaf(LeafVisitor visit, out SigmaReason why)
    {
        why = NotShown;
        return false;
    }

    public override SigmaReason Withheld(ReadOnlySpan<byte> text) => Redactor.ContainsMark(text) ? SigmaReason.Redacted : SigmaReason.None;
}
