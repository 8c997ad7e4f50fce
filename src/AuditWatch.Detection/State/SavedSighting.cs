using AuditWatch.Detection.EventLayer;
using AuditWatch.Detection.Rules;

namespace AuditWatch.Detection.State;

/// <summary>A sighting in reach of a chain, as it is saved.</summary>
sealed record SavedSighting(long Sequence, RuleIdentity By, EventFacts Event, IReadOnlyList<string> Subjects)
{
    public static SavedSighting Of(Sighting s) => new(s.Sequence, s.By, s.Event, s.Subjects);

    public Sighting ToSighting() => new(By, Event, [], Subjects, []) { Sequence = Sequence };
}
