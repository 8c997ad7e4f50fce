using System.Runtime.CompilerServices;
using AuditWatch.Events.Scanning.Lanes;

namespace AuditWatch.Events.Scanning;

/// <summary>
/// Finds the hot fields of one event in its UTF-8 bytes, without allocating. Keys may come in any order and may be written with escapes; a key that occurs
/// twice counts by its last occurrence, so a second <c>objectRef</c> replaces all parts of the first. The whole document must be UTF-8, and everything
/// outside the two bodies is validated as <see cref="System.Text.Json.Utf8JsonReader"/> does by default, down to 128 levels. The bodies are checked
/// for balance and control characters only: whoever opens one validates it.
/// </summary>
public static class EventScanner
{
    /// <summary>
    /// Scans one JSON document (white space around it allowed). False with <paramref name="error"/> when it is malformed; then there are no ranges.
    /// </summary>
    public static bool TryScan(ReadOnlySpan<byte> json, EventRanges ranges, out ScanError error) => TryScan(json, ranges, LaneWidths.Best, out error);

    [SkipLocalsInit]
    internal static unsafe bool TryScan(ReadOnlySpan<byte> json, EventRanges ranges, LaneWidth width, out ScanError error)
    {
        ranges.Clear();
        var badUtf8 = Utf8Fault.Find(json);
        if (badUtf8 >= 0)
        {
            error = new ScanError(ScanFault.BadUtf8, badUtf8);
            return false;
        }
        var scratch = stackalloc byte[ScanScratch.Length];
        fixed (byte* begin = json)
        {
            var end = begin + json.Length;
            var isWhole = width switch
            {
                LaneWidth.Bytes64 => new EventWalk<Lanes64>(begin, end, scratch, ranges).Run(out error),
                LaneWidth.Bytes32 => new EventWalk<Lanes32>(begin, end, scratch, ranges).Run(out error),
                LaneWidth.Bytes16 => new EventWalk<Lanes16>(begin, end, scratch, ranges).Run(out error),
                _ => new EventWalk<ScalarLanes>(begin, end, scratch, ranges).Run(out error),
            };
            if (!isWhole)
                ranges.Clear();
            return isWhole;
        }
    }
}
