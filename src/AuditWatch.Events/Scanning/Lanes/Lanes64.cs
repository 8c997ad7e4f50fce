using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace AuditWatch.Events.Scanning.Lanes;

/// <summary>64 bytes at a time.</summary>
readonly unsafe struct Lanes64 : ILanes
{
    const int Width = 64;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static byte* StringStop(byte* begin, byte* at, byte* end)
    {
        while (end - at >= Width)
        {
            var stops = Stops(Vector512.Load(at));
            if (stops != 0)
                return at + BitOperations.TrailingZeroCount(stops);
            at += Width;
        }
        return ShortStop(begin, at, end);
    }

    /// <summary>The last few bytes, read as part of the vector that ends with the document.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    static byte* ShortStop(byte* begin, byte* at, byte* end)
    {
        if (end - begin < Width)
            return ScalarLanes.StringStop(begin, at, end);
        if (at == end)
            return end;
        var stops = Stops(Vector512.Load(end - Width)) >> (int)(Width - (end - at));
        return stops == 0 ? end : at + BitOperations.TrailingZeroCount(stops);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static ulong Stops(Vector512<byte> bytes) =>
        (Vector512.Equals(bytes, Vector512.Create((byte)'"')) | Vector512.Equals(bytes, Vector512.Create((byte)'\\')) | Controls(bytes))
            .ExtractMostSignificantBits();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static Vector512<byte> Controls(Vector512<byte> bytes) => Vector512.Equals(Vector512.Min(bytes, Vector512.Create((byte)0x1F)), bytes);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Sort(byte* block, out BlockMasks masks)
    {
        Sort(Vector512.Load(block), out masks);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static void Sort(Vector512<byte> bytes, out BlockMasks masks)
    {
        // One bit apart, the two kinds of bracket fall together: '[' | 0x20 is '{', ']' | 0x20 is '}'.
        var folded = bytes | Vector512.Create((byte)0x20);
        masks.Quotes = Vector512.Equals(bytes, Vector512.Create((byte)'"')).ExtractMostSignificantBits();
        masks.Backslashes = Vector512.Equals(bytes, Vector512.Create((byte)'\\')).ExtractMostSignificantBits();
        masks.Controls = Controls(bytes).ExtractMostSignificantBits();
        masks.Brackets = (Vector512.Equals(folded, Vector512.Create((byte)'{')) | Vector512.Equals(folded, Vector512.Create((byte)'}')))
            .ExtractMostSignificantBits();
    }
}
