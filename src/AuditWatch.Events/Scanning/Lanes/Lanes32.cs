using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace AuditWatch.Events.Scanning.Lanes;

/// <summary>32 bytes at a time.</summary>
readonly unsafe struct Lanes32 : ILanes
{
    const int Width = 32;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static byte* StringStop(byte* begin, byte* at, byte* end)
    {
        while (end - at >= Width)
        {
            var stops = Stops(Vector256.Load(at));
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
        var stops = Stops(Vector256.Load(end - Width)) >> (int)(Width - (end - at));
        return stops == 0 ? end : at + BitOperations.TrailingZeroCount(stops);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static uint Stops(Vector256<byte> bytes) =>
        (Vector256.Equals(bytes, Vector256.Create((byte)'"')) | Vector256.Equals(bytes, Vector256.Create((byte)'\\')) | Controls(bytes))
            .ExtractMostSignificantBits();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static Vector256<byte> Controls(Vector256<byte> bytes) => Vector256.Equals(Vector256.Min(bytes, Vector256.Create((byte)0x1F)), bytes);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Sort(byte* block, out BlockMasks masks)
    {
        masks = default;
        for (var part = 0; part < 64; part += Width)
        {
            Sort(Vector256.Load(block + part), out var some);
            masks.Quotes |= some.Quotes << part;
            masks.Backslashes |= some.Backslashes << part;
            masks.Controls |= some.Controls << part;
            masks.Brackets |= some.Brackets << part;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static void Sort(Vector256<byte> bytes, out BlockMasks masks)
    {
        // One bit apart, the two kinds of bracket fall together: '[' | 0x20 is '{', ']' | 0x20 is '}'.
        var folded = bytes | Vector256.Create((byte)0x20);
        masks.Quotes = Vector256.Equals(bytes, Vector256.Create((byte)'"')).ExtractMostSignificantBits();
        masks.Backslashes = Vector256.Equals(bytes, Vector256.Create((byte)'\\')).ExtractMostSignificantBits();
        masks.Controls = Controls(bytes).ExtractMostSignificantBits();
        masks.Brackets = (Vector256.Equals(folded, Vector256.Create((byte)'{')) | Vector256.Equals(folded, Vector256.Create((byte)'}')))
            .ExtractMostSignificantBits();
    }
}
