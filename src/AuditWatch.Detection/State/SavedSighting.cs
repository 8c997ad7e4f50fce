using AuditWatch.Detection.EventLayer;
using AuditWatch.Detection.Knowledge;
using AuditWatch.Detection.Rules;
using AuditWatch.Sigma.Evaluation;

namespace AuditWatch.Detection.State;

/// <summary>A sighting in reach of a chain, as it is saved.</summary>
sealed record SavedSighting(long Sequence, RuleIdentity By, EventFacts Event, IReadOnlyList<string> Subjects, ObjectFacts? Known = null, UnknownReason Why = UnknownReason.None)
{
    public static SavedSighting Of(Sighting s) => new(s.Sequence, s.By, s.Event, s.Subjects, s.Known == ObjectFacts.None ? null : s.Known, s.Why);

    public Sighting ToSighting() => new(By, Event, [], Subjects, []) { Sequence = Sequence, Known = Known ?? ObjectFacts.None, Why = Why };
}
