namespace AuditWatch.Detection.EventLayer;

/// <summary>
/// Which credential was seen at which address, so that only what is new (or earlier than known) goes on to the reasoning layer, which alone decides. Forgetting
/// is harmless: the pair is reported again.
/// </summary>
sealed class CredentialUses
{
    const int Places = 65_536;

    // Told again after this long, so that whoever remembers credentials knows which are still in use.
    const long Refresh = 3_600_000_000;

    // Of two pairs that share a place the later one is remembered.
    readonly (ulong Pair, long Earliest, long Latest)[] _told = new (ulong, long, long)[Places];

    public bool IsNews(ulong pair, long timeMicros)
    {
        ref var told = ref _told[pair % Places];
        var known = told.Pair == pair;
        if (known && timeMicros >= told.Earliest && timeMicros < told.Latest + Refresh) return false;
        told = known ? (pair, Math.Min(told.Earliest, timeMicros), Math.Max(told.Latest, timeMicros)) : (pair, timeMicros, timeMicros);
        return true;
    }
}
