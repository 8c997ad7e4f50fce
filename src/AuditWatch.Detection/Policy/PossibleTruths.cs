namespace AuditWatch.Detection.Policy;

/// <summary>Which truth values a question can take on the requests of a class.</summary>
[Flags]
enum PossibleTruths
{
    None = 0,
    False = 1,
    True = 2,
    // Whatever the level: a patch that does not say, a stage that comes too early.
    Unknown = 4,
    // Because the level leaves it out.
    Hidden = 8,
    Either = False | True,
}

/// <summary>Kleene's logic over sets of truth values. Questions are taken to be independent, so a set may be too large, never too small.</summary>
static class PossibleTruthsLogic
{
    static readonly PossibleTruths[] Each = [PossibleTruths.False, PossibleTruths.True, PossibleTruths.Unknown, PossibleTruths.Hidden];

    public static PossibleTruths And(this PossibleTruths one, PossibleTruths other) => Pairs(one, other, (a, b) =>
        a == PossibleTruths.False || b == PossibleTruths.False ? PossibleTruths.False : a == PossibleTruths.True && b == PossibleTruths.True ? PossibleTruths.True
        : a == PossibleTruths.Hidden || b == PossibleTruths.Hidden ? PossibleTruths.Hidden : PossibleTruths.Unknown);

    public static PossibleTruths Or(this PossibleTruths one, PossibleTruths other) => one.Not().And(other.Not()).Not();

    public static PossibleTruths Not(this PossibleTruths one) =>
        (one & (PossibleTruths.Unknown | PossibleTruths.Hidden)) | (one.HasFlag(PossibleTruths.True) ? PossibleTruths.False : 0) | (one.HasFlag(PossibleTruths.False) ? PossibleTruths.True : 0);

    /// <summary>At least so many of several.</summary>
    public static PossibleTruths AtLeast(int least, IReadOnlyList<PossibleTruths> items)
    {
        if (least == 1) return items.Aggregate(PossibleTruths.False, Or);
        int canBeTrue = items.Count(i => i.HasFlag(PossibleTruths.True)), mustBeTrue = items.Count(i => i == PossibleTruths.True), canBeUnknown = items.Count(i => (i & ~PossibleTruths.False) != 0);
        var mustNotBeFalse = items.Count(i => !i.HasFlag(PossibleTruths.False));
        return (canBeTrue >= least ? PossibleTruths.True : 0) | (mustNotBeFalse < least ? PossibleTruths.False : 0)
            | (mustBeTrue < least && canBeUnknown >= least ? items.Aggregate(PossibleTruths.None, (all, i) => all | i) & (PossibleTruths.Unknown | PossibleTruths.Hidden) : 0);
    }

    static PossibleTruths Pairs(PossibleTruths one, PossibleTruths other, Func<PossibleTruths, PossibleTruths, PossibleTruths> join)
    {
        var all = PossibleTruths.None;
        foreach (var a in Each.Where(t => one.HasFlag(t)))
            foreach (var b in Each.Where(t => other.HasFlag(t))) all |= join(a, b);
        return all;
    }
}
