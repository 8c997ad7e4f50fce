using System.IO.Hashing;

namespace AuditWatch.Events.Model;

/// <summary>Shares the lists of texts that come back with event after event (a user's groups, a client's addresses), found by their JSON. As <see cref="RecentTexts"/>.</summary>
sealed class RecentLists
{
    const int Places = 1024;
    const int LongestKept = 1024;
    readonly (byte[] Json, string[] List)[] _kept = new (byte[], string[])[Places];

    public bool TryGet(ReadOnlySpan<byte> json, out string[] list)
    {
        list = [];
        if (json.Length > LongestKept) return false;
        ref var place = ref _kept[XxHash3.HashToUInt64(json) % Places];
        if (place.Json is null || !json.SequenceEqual(place.Json)) return false;
        list = place.List;
        return true;
    }

    public void Keep(ReadOnlySpan<byte> json, string[] list)
    {
        if (json.Length <= LongestKept) _kept[XxHash3.HashToUInt64(json) % Places] = (json.ToArray(), list);
    }
}
