using System.Runtime.CompilerServices;
using AuditWatch.Events.Scanning.Lanes;

namespace AuditWatch.Events.Scanning;

/// <summary>Splits the array of a list document (an EventList's <c>items</c>) into its items, without opening them.</summary>
public static class ItemSplitter
{
    /// <summary>
    /// Finds the items of the array that the top-level key <paramref name="arrayKey"/> names. Everything around the array is validated as Utf8JsonReader does;
    /// items that are objects or arrays are checked only for balance and control characters, and UTF-8 not at all: whoever scans an item finds its faults, and
    /// one bad item leaves the others whole. A key that occurs more than once gives the items of all its arrays.
    /// </summary>
    /// <returns>False when the document is malformed (<paramref name="error"/> says where) or has no such array (no error).
    /// <paramref name="items"/> then holds the items in front of the fault.</returns>
    [SkipLocalsInit]
    public static unsafe bool TrySplit(ReadOnlySpan<byte> json, ReadOnlySpan<byte> arrayKey, List<(int Start, int Length)> items, out ScanError error)
    {
        items.Clear();
        var scratch = stackalloc byte[ScanScratch.Length];
        fixed (byte* begin = json)
        {
            var end = begin + json.Length;
            return LaneWidths.Best switch
            {
                LaneWidth.Bytes64 => new ItemWalk<Lanes64>(begin, end, scratch, arrayKey, items).Run(out error),
                LaneWidth.Bytes32 => new ItemWalk<Lanes32>(begin, end, scratch, arrayKey, items).Run(out error),
                LaneWidth.Bytes16 => new ItemWalk<Lanes16>(begin, end, scratch, arrayKey, items).Run(out error),
                _ => new ItemWalk<ScalarLanes>(begin, end, scratch, arrayKey, items).Run(out error),
            };
        }
    }
}
