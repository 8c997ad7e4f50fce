namespace AuditWatch.Detection.EventLayer;

/// <summary>
/// Which credential was seen at which address, so that only what is new (or earlier than known) goes on to the reasoning layer, which alone decides. Forgetting
/// is harmless: the pair is reported again.
/// </summary>
sealed class CredentialUses
{
    const int Most = 65_536;

    readonly Dictionary<ulong, long> _earliest = [];

    public bool IsNews(ulong pair, long timeMicros)
    {
        if (_earliest.TryGetValue(pair, out var known) && known <= timeMicros) return false;
        if (_earliest.Count >= Most) _earliest.Clear();
        _earliest[pair] = timeMicros;
        return true;
    }
}
