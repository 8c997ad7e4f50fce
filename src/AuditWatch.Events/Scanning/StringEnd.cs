using System.Numerics;
using System.Runtime.CompilerServices;
using AuditWatch.Events.Scanning.Lanes;

namespace AuditWatch.Events.Scanning;

/// <summary>Finds the closing quote of a string by quotes and backslashes alone, 64 bytes at a time: a document within a string has an escape every few bytes.</summary>
static unsafe class StringEnd
{
    const int Block = 64;

    /// <summary>Where the first quote is that no backslash stands before; -1 when there is none. <paramref name="text"/> begins behind the opening quote.</summary>
    internal static int Find(ReadOnlySpan<byte> text)
    {
        fixed (byte* begin = text)
        {
            return LaneWidths.Best switch
            {
                LaneWidth.Bytes64 => Find<Lanes64>(begin, text.Length),
                LaneWidth.Bytes32 => Find<Lanes32>(begin, text.Length),
                LaneWidth.Bytes16 => Find<Lanes16>(begin, text.Length),
                _ => Find<ScalarLanes>(begin, text.Length),
            };
        }
    }

    [SkipLocalsInit]
    static int Find<TLanes>(byte* begin, int length) where TLanes : struct, ILanes
    {
        ulong nextIsEscaped = 0;
        var last = stackalloc byte[Block];
        for (var at = 0; at < length; at += Block)
        {
            var bytes = begin + at;
            if (length - at < Block)
            {
                Unsafe.InitBlock(last, (byte)' ', Block);
                Unsafe.CopyBlock(last, bytes, (uint)(length - at));
                bytes = last;
            }

            TLanes.Sort(bytes, out var masks);
            var quotes = masks.Quotes & ~BodySkip.Escaped(masks.Backslashes, ref nextIsEscaped);
            if (quotes != 0) return at + BitOperations.TrailingZeroCount(quotes);
        }

        return -1;
    }
}
