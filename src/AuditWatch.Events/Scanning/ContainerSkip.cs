using System.Runtime.CompilerServices;
using AuditWatch.Events.Scanning.Lanes;

namespace AuditWatch.Events.Scanning;

/// <summary>Steps over a whole object or array and validates all of it.</summary>
static unsafe class ContainerSkip
{
    /// <summary>Nesting deeper than this is an error; the event itself counts as 1.</summary>
    internal const int MaxDepth = 128;

    /// <param name="json">The document.</param>
    /// <param name="at">The opening bracket.</param>
    /// <param name="outside">How many brackets are open around it.</param>
    internal static byte* Over<TLanes>(ref JsonCursor<TLanes> json, byte* at, int outside) where TLanes : struct, ILanes
    {
        var depth = outside;
        UInt128 objects = 0;

    Open:
        if (depth == MaxDepth)
            return json.Fail(ScanFault.TooDeep, at);
        var isObject = *at == '{';
        objects = objects << 1 | (isObject ? 1u : 0u);
        depth++;
        if ((at = json.ToMeaning(at + 1)) == null)
            return null;
        if (*at == Closing(isObject))
            goto Close;

    Member:
        if (isObject && (at = OverKey(ref json, at)) == null)
            return null;
        if (*at is (byte)'{' or (byte)'[')
            goto Open;
        if ((at = OverPlain(ref json, at)) == null)
            return null;

    Behind:
        if ((at = json.ToMeaning(at)) == null)
            return null;
        if (*at == ',')
        {
            if ((at = json.ToMeaning(at + 1)) == null)
                return null;
            goto Member;
        }
        if (*at != Closing(isObject))
            return json.Unexpected(at);

    Close:
        at++;
        if (--depth == outside)
            return at;
        objects >>= 1;
        isObject = (objects & 1) != 0;
        goto Behind;
    }

    static byte Closing(bool isObject) => isObject ? (byte)'}' : (byte)']';

    /// <summary>Over a key and its colon, to the value.</summary>
    static byte* OverKey<TLanes>(ref JsonCursor<TLanes> json, byte* at) where TLanes : struct, ILanes
    {
        if (*at != '"')
            return json.Unexpected(at);
        at = json.ToQuote(at + 1, out _);
        return at == null ? null : json.OverColon(at + 1);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static byte* OverPlain<TLanes>(ref JsonCursor<TLanes> json, byte* at) where TLanes : struct, ILanes
    {
        if (*at != '"')
            return json.OverLiteral(at);
        at = json.ToQuote(at + 1, out _);
        return at == null ? null : at + 1;
    }
}
