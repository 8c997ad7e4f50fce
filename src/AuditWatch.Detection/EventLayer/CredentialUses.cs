namespace AuditWatch.Detection.EventLayer;

/// <summary>
/// Which credential was seen at which address, so that only what is new (or earlier than known) goes on to the reasoning layer, which alone decides. Forgetting
/// is harmless: the pair is reported again.
/// </summary>
sealed class CredentialUses
{
    const int Most = 65_536;

    // Told again after this long, so that whoever remembers credentials knows which are still in use.
    const long Refresh = 3_600_000_000;

    readonly Dictionary<ulong, (long Earliest, long Latest)> _told = [];

    public bool IsNews(ulong pair, long timeMicros)
    {
        var known = _told.TryGetValue(pair, out var told);
        if (known && timeMicros >= told.Earliest && timeMicros < told.Latest + Refresh) return false;
        if (!known && _told.Count >= Most) _told.Clear();
        _told[pair] = known ? (Math.Min(told.Earliest, timeMicros), Math.Max(told.Latest, timeMicros)) : (timeMicros, timeMicros);
        return true;
    }
}
