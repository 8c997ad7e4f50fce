using AuditWatch.Detection.Rules;
using AuditWatch.Sigma.Evaluation;

namespace AuditWatch.Detection.EventLayer;

/// <summary>What is certain before an event is looked at closely: every rule that is in neither list is false on it.</summary>
/// <param name="Open">Rules that must be asked, in the order of the set.</param>
/// <param name="Unknown">Rules (by index) that cannot say, and why.</param>
/// <param name="Sieve">Holds back those open rules that the written object cannot make true; null where there is none or it may not be relied on.</param>
sealed record Settled(EventRule[] Open, (int Rule, UnknownReason Why)[] Unknown, BodySieve? Sieve = null)
{
    /// <summary>Of each open rule, by its place, the objects that it speaks of.</summary>
    public ObjectGate?[] Gates { get; } = [.. Open.Select(r => r.Gate)];
}
