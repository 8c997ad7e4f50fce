using AuditWatch.Events.Health;
using AuditWatch.Sigma.Evaluation;

namespace AuditWatch.Detection.Runtime;

/// <summary>A health fact as Sigma rules see it. We wrote it ourselves: what is not there is absent.</summary>
sealed class HealthView : EventView
{
    HealthRecord? _fact;

    public HealthRecord Fact
    {
        get => _fact ?? throw new InvalidOperationException("The view has not been pointed at a fact.");
        set => _fact = value;
    }

    public override FieldValue Get(int slot) => Fact.Root.TryGetProperty(HealthFieldSchema.Instance.NameOf(slot), out var found) ? JsonFieldValue.Of(found) : JsonFieldValue.Absent;

    public override bool AnyLeaf(LeafVisitor visit, out UnknownReason why)
    {
        why = UnknownReason.None;
        return JsonFieldValue.Any(Fact.Root, visit);
    }
}
