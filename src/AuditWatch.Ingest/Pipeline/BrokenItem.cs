using System.Buffers;
using AuditWatch.Events.Scanning;

namespace AuditWatch.Ingest.Pipeline;

/// <summary>Finds the events that an item with unmatched brackets has swallowed: behind a comma, whole, and an event by themselves.</summary>
internal static class BrokenItem
{
    static readonly SearchValues<byte> s_structure = SearchValues.Create("\"{}[]"u8);

    /// <summary>The first such event behind the beginning of <paramref name="json"/>.</summary>
    public static bool TryFindEventBehind(ReadOnlySpan<byte> json, out int start, out int end)
    {
        var ranges = new EventRanges();
        (start, end) = (0, 0);
        // Looking into every nested object anew must not cost more than a few times the item.
        var budget = 8L * json.Length + (1 << 20);
        for (var at = 1; at < json.Length && budget > 0; at++)
        {
            var next = json[at..].IndexOf("{\""u8);
            if (next < 0) return false;
            at += next;
            if (!FollowsComma(json[..at])) continue;
            var length = BalancedLength(json[at..]);
            budget -= length == 0 ? json.Length - at : 2 * length;
            if (length == 0 || !EventScanner.TryScan(json.Slice(at, length), ranges, out _) || !ranges.Has(HotField.AuditId) || !ranges.Has(HotField.Stage)) continue;
            (start, end) = (at, at + length);
            return true;
        }
        return false;
    }

    static bool FollowsComma(ReadOnlySpan<byte> before)
    {
        before = before.TrimEnd(" \n\r\t"u8);
        return before.Length > 0 && before[^1] == ',';
    }

    static int BalancedLength(ReadOnlySpan<byte> json)
    {
        var depth = 0;
        for (var at = 0; at < json.Length;)
        {
            var next = json[at..].IndexOfAny(s_structure);
            if (next < 0) return 0;
            at += next + 1;
            switch (json[at - 1])
            {
                case (byte)'"':
                    for (; at < json.Length && json[at] != '"'; at++) if (json[at] == '\\') at++;
                    at++;
                    break;
                case (byte)'{' or (byte)'[':
                    depth++;
                    break;
                default:
                    if (--depth == 0) return at;
                    break;
            }
        }
        return 0;
    }
}
