using System.IO.Hashing;
using System.Text;

namespace AuditWatch.Events.Model;

/// <summary>
/// Shares the strings of texts that come back soon but are too many to have symbols (credential ids, addresses, pod names): a table of fixed size in which a
/// newer text takes the place of an older one. Used by one thread.
/// </summary>
sealed class RecentTexts
{
    const int Places = 16_384;
    const int LongestKept = 256;
    readonly (byte[] Utf8, string Text)[] _kept = new (byte[], string)[Places];

    public string Get(ReadOnlySpan<byte> utf8)
    {
        if (utf8.IsEmpty) return "";
        if (utf8.Length > LongestKept) return Encoding.UTF8.GetString(utf8);
        ref var place = ref _kept[XxHash3.HashToUInt64(utf8) % Places];
        if (place.Utf8 is null || !utf8.SequenceEqual(place.Utf8)) place = (utf8.ToArray(), Encoding.UTF8.GetString(utf8));
        return place.Text;
    }
}
