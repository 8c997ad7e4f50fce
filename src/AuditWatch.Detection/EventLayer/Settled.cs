using AuditWatch.Detection.Alerts;
using AuditWatch.Detection.Rules;
using AuditWatch.Events.Model;
using AuditWatch.Sigma.Evaluation;

namespace AuditWatch.Detection.EventLayer;

/// <summary>What is certain before an event is looked at closely: every rule that is in neither list is false on it.</summary>
/// <param name="Open">Rules that must be asked, in the order of the set.</param>
/// <param name="Unknown">Rules (by index) that cannot say, and why.</param>
/// <param name="Sieve">Holds back those open rules that the written object cannot make true; null where there is none or it may not be relied on.</param>
sealed record Settled(EventRule[] Open, (int Rule, UnknownReason Why)[] Unknown, BodySieve? Sieve = null)
{
    // Whatever went wrong while little was shown may go right when all is.
    const UnknownReason Doubtful = EventView.NotShown | UnknownReason.Malformed | UnknownReason.RuleFailed;

    /// <summary>The verdict of a rule that must be asked.</summary>
    public static Verdict NotSettled => Verdict.Unknown(EventView.NotShown);

    /// <summary>Of each open rule, by its place, the leaves that make it true on all events alike; null where it must be asked.</summary>
    public IReadOnlyList<AlertMatch>?[] Certain { get; private init; } = new IReadOnlyList<AlertMatch>?[Open.Length];

    /// <summary>Of each open rule, by its place, the objects that it speaks of.</summary>
    public ObjectGate?[] Gates { get; } = [.. Open.Select(r => r.Gate)];

    /// <summary>Whether a verdict that was found while little was shown leaves the rule open.</summary>
    public static bool IsOpen(Verdict verdict) => verdict.Truth == Truth.True || (verdict.Truth == Truth.Unknown && (verdict.Why & Doubtful) != 0);

    /// <summary>The same with verdicts on the open rules, and the leaves of those that are certainly true, by their places.</summary>
    public Settled With(ReadOnlySpan<Verdict> verdicts, ReadOnlySpan<IReadOnlyList<AlertMatch>?> leaves, AuditEvent e, Func<EventRule[], BodySieve?> sieveOf)
    {
        List<EventRule> open = [];
        List<IReadOnlyList<AlertMatch>?> certain = [];
        List<(int, UnknownReason)> unknown = [.. Unknown];
        for (var i = 0; i < Open.Length; i++)
        {
            if (IsOpen(verdicts[i]))
            {
                open.Add(Open[i]);
                certain.Add(leaves[i]);
            }
            else if (verdicts[i].Truth == Truth.Unknown) unknown.Add((Open[i].Index, verdicts[i].Why));
        }

        EventRule[] rest = [.. open];
        return new Settled(rest, [.. unknown], BodySieve.IsFor(e) ? sieveOf(rest) : null) { Certain = [.. certain] };
    }
}
