using System.IO.Hashing;

namespace AuditWatch.Events.Model;

/// <summary>Keeps what is known of addresses that come back with event after event, found by their JSON. As <see cref="RecentTexts"/>.</summary>
sealed class RecentAddresses
{
    const int Places = 16_384;
    const int LongestKept = 256;
    readonly (byte[] Json, AddressFacts Facts)[] _kept = new (byte[], AddressFacts)[Places];

    /// <summary>The cluster that the facts were found for.</summary>
    public ClusterFacts? Cluster { get; private set; }

    public bool TryGet(ReadOnlySpan<byte> json, ClusterFacts cluster, out AddressFacts facts)
    {
        if (!ReferenceEquals(cluster, Cluster)) Array.Clear(_kept);
        Cluster = cluster;
        facts = default;
        if (json.Length > LongestKept) return false;
        ref var place = ref _kept[XxHash3.HashToUInt64(json) % Places];
        if (place.Json is null || !json.SequenceEqual(place.Json)) return false;
        facts = place.Facts;
        return true;
    }

    public void Keep(ReadOnlySpan<byte> json, AddressFacts facts)
    {
        if (json.Length <= LongestKept) _kept[XxHash3.HashToUInt64(json) % Places] = (json.ToArray(), facts);
    }
}
