using AuditWatch.Events.Model;
using AuditWatch.Events.Redaction;
using AuditWatch.Sigma.Evaluation;
using SigmaReason = AuditWatch.Sigma.Evaluation.UnknownReason;

namespace AuditWatch.Detection.EventLayer;

/// <summary>An audit event as Sigma rules see it. One per thread, pointed at one event after the other.</summary>
sealed class AuditEventView : EventView
{
    readonly LeafWalk _leaves = new();
    AuditEvent? _event;

    public AuditEvent Event
    {
        get => _event ?? throw new InvalidOperationException("The view has not been pointed at an event.");
        set => _event = value;
    }

    public override FieldValue Get(int slot)
    {
        var answer = Event.Get(AuditFieldSchema.Instance.PathOf(slot));
        return new FieldValue { Kind = (FieldKind)answer.Kind, Why = (SigmaReason)answer.Why, Utf8 = answer.Utf8, Symbol = answer.Symbol, Element = answer.Element };
    }

    public override bool AnyLeaf(LeafVisitor visit, out SigmaReason why) => _leaves.Any(Event, visit, out why);

    public override SigmaReason Withheld(ReadOnlySpan<byte> text) => Redactor.ContainsMark(text) ? SigmaReason.Redacted : SigmaReason.None;
}
