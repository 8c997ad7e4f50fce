using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace AuditWatch.Events.Scanning.Lanes;

/// <summary>16 bytes at a time.</summary>
readonly unsafe struct Lanes16 : ILanes
{
    const int Width = 16;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static byte* StringStop(byte* begin, byte* at, byte* end)
    {
        while (end - at >= Width)
        {
            var stops = Stops(Vector128.Load(at));
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
        var stops = Stops(Vector128.Load(end - Width)) >> (int)(Width - (end - at));
        return stops == 0 ? end : at + BitOperations.TrailingZeroCount(stops);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static uint Stops(Vector128<byte> bytes) =>
        (Vector128.Equals(bytes, Vector128.Create((byte)'"')) | Vector128.Equals(bytes, Vector128.Create((byte)'\\')) | Controls(bytes))
            .ExtractMostSignificantBits();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static Vector128<byte> Controls(Vector128<byte> bytes) => Vector128.Equals(Vector128.Min(bytes, Vector128.Create((byte)0x1F)), bytes);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Sort(byte* block, out BlockMasks masks)
    {
        masks = default;
        for (var part = 0; part < 64; part += Width)
        {
            Sort(Vector128.Load(block + part), out var some);
            masks.Quotes |= some.Quotes << part;
            masks.Backslashes |= some.Backslashes << part;
            masks.Controls |= some.Controls << part;
            masks.Brackets |= some.Brackets << part;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static void Sort(Vector128<byte> bytes, out BlockMasks masks)
    {
        // One bit apart, the two kinds of bracket fall together: '[' | 0x20 is '{', ']' | 0x20 is '}'.
        var folded = bytes | Vector128.Create((byte)0x20);
        masks.Quotes = Vector128.Equals(bytes, Vector128.Create((byte)'"')).ExtractMostSignificantBits();
        masks.Backslashes = Vector128.Equals(bytes, Vector128.Create((byte)'\\')).ExtractMostSignificantBits();
        masks.Controls = Controls(bytes).ExtractMostSignificantBits();
        masks.Brackets = (Vector128.Equals(folded, Vector128.Create((byte)'{')) | Vector128.Equals(folded, Vector128.Create((byte)'}')))
            .ExtractMostSignificantBits();
    }
}
