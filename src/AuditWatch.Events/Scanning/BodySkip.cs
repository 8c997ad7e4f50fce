using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using AuditWatch.Events.Scanning.Lanes;

namespace AuditWatch.Events.Scanning;

/// <summary>
/// Steps over an object or array that nobody opens yet: quotes and brackets must balance (each bracket closed by its own kind), strings hold no control
/// character, no backslash stands outside a string, nesting stays within the limit. All else is left to whoever opens it.
/// </summary>
static unsafe class BodySkip
{
    const int Block = 64;

    /// <param name="json">The document.</param>
    /// <param name="at">The opening bracket.</param>
    /// <param name="outside">How many brackets are open around it.</param>
    /// <param name="maxDepth">How many may be open in all.</param>
    internal static byte* Over<TLanes>(ref JsonCursor<TLanes> json, byte* at, int outside, int maxDepth = ContainerSkip.MaxDepth) where TLanes : struct, ILanes
    {
        // Closing brackets due, innermost last.
        var due = json.Scratch + ScanScratch.Due;
        var limit = Math.Min(ContainerSkip.MaxDepth, maxDepth - outside);
        var depth = 0;
        ulong nextIsEscaped = 0, inString = 0;
        for (var block = at; block < json.End; block += Block)
        {
            var bytes = block;
            if (json.End - block < Block)
            {
                bytes = json.Scratch + ScanScratch.LastBlock;
                Unsafe.InitBlock(bytes, (byte)' ', Block);
                Unsafe.CopyBlock(bytes, block, (uint)(json.End - block));
            }
            TLanes.Sort(bytes, out var masks);
            var strings = PrefixXor(masks.Quotes & ~Escaped(masks.Backslashes, ref nextIsEscaped)) ^ inString;
            inString = (ulong)((long)strings >> 63);
            var brackets = masks.Brackets & ~strings;
            var faults = (masks.Controls & strings) | (masks.Backslashes & ~strings);
            // So deep that this block might pass the limit: byte by byte from here, which no real body meets.
            if (depth + BitOperations.PopCount(brackets) > limit)
                break;
            var mismatch = 0;
            while (brackets != 0)
            {
                var place = BitOperations.TrailingZeroCount(brackets);
                brackets &= brackets - 1;
                int bracket = bytes[place];
                // Bit 2 tells ']' and '}' from '[' and '{'; each closing one is its opening one plus 2. No branch: which comes next cannot be foreseen.
                var closes = bracket >> 2 & 1;
                var closing = bracket + 2 - 2 * closes;
                var slot = depth - closes;
                mismatch |= (due[slot] ^ closing) & -closes;
                due[slot] = (byte)closing;
                depth += 1 - 2 * closes;
                if (depth == 0)
                {
                    if (mismatch == 0 && (faults & ((1UL << place) - 1)) == 0)
                        return block + place + 1;
                    return BytewiseOver(ref json, at, outside, maxDepth);
                }
            }
            if ((faults | (uint)mismatch) != 0)
                break;
        }
        return BytewiseOver(ref json, at, outside, maxDepth);
    }

    /// <summary>Which bytes stand behind a backslash that is not itself escaped: runs of backslashes are told odd from even by one subtraction.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static ulong Escaped(ulong backslashes, ref ulong nextIsEscaped)
    {
        if (backslashes == 0)
        {
            var carried = nextIsEscaped;
            nextIsEscaped = 0;
            return carried;
        }
        const ulong oddPlaces = 0xAAAA_AAAA_AAAA_AAAA;
        var starts = backslashes & ~nextIsEscaped;
        var escapes = (((starts << 1) | oddPlaces) - starts) ^ oddPlaces;
        var escaped = escapes ^ (backslashes | nextIsEscaped);
        nextIsEscaped = (escapes & backslashes) >> 63;
        return escaped;
    }

    /// <summary>Sets the bits from each quote (included) to the next (excluded): the insides of strings.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static ulong PrefixXor(ulong quotes)
    {
        if (Pclmulqdq.IsSupported)
            return Pclmulqdq.CarrylessMultiply(Vector128.CreateScalar(quotes), Vector128.Create(ulong.MaxValue), 0).ToScalar();
        quotes ^= quotes << 1;
        quotes ^= quotes << 2;
        quotes ^= quotes << 4;
        quotes ^= quotes << 8;
        quotes ^= quotes << 16;
        return quotes ^ quotes << 32;
    }

    /// <summary>The same walk byte by byte: it counts levels exactly, and says what is wrong and where.</summary>
    [SkipLocalsInit]
    static byte* BytewiseOver<TLanes>(ref JsonCursor<TLanes> json, byte* at, int outside, int maxDepth) where TLanes : struct, ILanes
    {
        var due = stackalloc byte[maxDepth];
        var depth = 0;
        var inString = false;
        for (; at < json.End; at++)
        {
            var isBracket = *at is (byte)'{' or (byte)'[' or (byte)'}' or (byte)']';
            if (inString && *at < 0x20)
                return json.Fail(ScanFault.ControlCharacter, at);
            if (*at == '\\')
            {
                if (!inString)
                    return json.Unexpected(at);
                if (++at < json.End && *at < 0x20)
                    return json.Fail(ScanFault.ControlCharacter, at);
            }
            else if (*at == '"')
            {
                inString = !inString;
            }
            else if (isBracket && !inString)
            {
                if (*at is (byte)'{' or (byte)'[')
                {
                    if (outside + depth == maxDepth)
                        return json.Fail(ScanFault.TooDeep, at);
                    due[depth++] = (byte)(*at + 2);
                }
                else if (*at != due[--depth])
                {
                    return json.Unexpected(at);
                }
                else if (depth == 0)
                {
                    return at + 1;
                }
            }
        }
        return json.Fail(ScanFault.UnexpectedEnd, json.End);
    }
}
