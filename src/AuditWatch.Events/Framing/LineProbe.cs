using System.Numerics;
using System.Runtime.Intrinsics;

namespace AuditWatch.Events.Framing;

/// <summary>Looks along a line for its end, and for signs that it holds more than one document, at the speed of memory.</summary>
static class LineProbe
{
    /// <summary>
    /// Offset of the first newline, or of the first closing brace before it that an opening bracket or white space other than the newline follows: there
    /// one document might end and the next begin. -1 when there is neither.
    /// </summary>
    internal static int Find(ReadOnlySpan<byte> bytes)
    {
        var at = 0;
        ref var first = ref System.Runtime.InteropServices.MemoryMarshal.GetReference(bytes);
        if (Vector256.IsHardwareAccelerated)
        {
            // One byte more than the vector is read, for what follows each brace.
            for (; at < bytes.Length - Vector256<byte>.Count; at += Vector256<byte>.Count)
            {
                var here = Vector256.LoadUnsafe(ref first, (nuint)at);
                var next = Vector256.LoadUnsafe(ref first, (nuint)at + 1);
                var newline = Vector256.Equals(here, Vector256.Create((byte)'\n'));
                var brace = Vector256.Equals(here, Vector256.Create((byte)'}'));
                var opens = Vector256.Equals(next | Vector256.Create((byte)0x20), Vector256.Create((byte)'{'));
                var space = Vector256.Equals(Vector256.Min(next, Vector256.Create((byte)' ')), next);
                var lineEnd = Vector256.Equals(next, Vector256.Create((byte)'\n'));
                var signs = newline | (brace & Vector256.AndNot(opens | space, lineEnd));
                if (signs != Vector256<byte>.Zero)
                    return at + BitOperations.TrailingZeroCount(signs.ExtractMostSignificantBits());
            }
        }
        for (; at < bytes.Length; at++)
        {
            if (bytes[at] == '\n')
                return at;
            if (bytes[at] == '}' && at + 1 < bytes.Length && bytes[at + 1] != '\n' && (bytes[at + 1] <= ' ' || (bytes[at + 1] | 0x20) == '{'))
                return at;
        }
        return -1;
    }
}
