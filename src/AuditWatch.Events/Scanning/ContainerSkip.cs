using System.Runtime.CompilerServices;
using AuditWatch.Events.Scanning.Lanes;

namespace AuditWatch.Events.Scanning;

/// <summary>Steps over a whole object or array and validates all of it.</summary>
static unsafe class ContainerSkip
{
    /// <summary>Nesting deeper than this is an error; the event itself counts as 1.</summary>
    internal const int MaxDepth = 128;

    /// <summary>
    /// What is only cut out, to be scanned later, may nest deeper: then its own scan says so, and what surrounds it stays whole. No deeper than this, though:
    /// a text of nothing but opening brackets would be read again from every line of it.
    /// </summary>
    internal const int MaxDepthAround = 512;

    /// <param name="json">The document.</param>
    /// <param name="at">The opening bracket.</param>
    /// <param name="outside">How many brackets are open around it.</param>
    /// <param name="limit">How many may be open in all.</param>
    internal static byte* Over<TLanes>(ref JsonCursor<TLanes> json, byte* at, int outside, int limit = MaxDepth) where TLanes : struct, ILanes
    {
        // The brackets due around the innermost one, which is in `closing`.
        var due = json.Scratch + ScanScratch.Due;
        var depth = outside;
        byte closing = 0;

    Open:
        if (depth == limit)
            return json.Fail(ScanFault.TooDeep, at);
        due[depth++] = closing;
        closing = (byte)(*at + 2);
        if ((at = json.ToMeaning(at + 1)) == null)
            return null;
        if (*at == closing)
            goto Close;

    Member:
        if (closing == '}' && (at = OverKey(ref json, at)) == null)
            return null;
        if (*at == '"')
        {
            if ((at = json.ToQuote(at + 1, out _)) == null)
                return null;
            at++;
        }
        else if (*at is (byte)'{' or (byte)'[')
        {
            goto Open;
        }
        else if ((at = json.OverLiteral(at)) == null)
        {
            return null;
        }

    Behind:
        if ((at = json.ToMeaning(at)) == null)
            return null;
        if (*at == ',')
        {
            if ((at = json.ToMeaning(at + 1)) == null)
                return null;
            goto Member;
        }
        if (*at != closing)
            return json.Unexpected(at);

    Close:
        at++;
        closing = due[--depth];
        if (depth == outside)
            return at;
        goto Behind;
    }

    /// <summary>Over a key and its colon, to the value.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static byte* OverKey<TLanes>(ref JsonCursor<TLanes> json, byte* at) where TLanes : struct, ILanes
    {
        if (*at != '"')
            return json.Unexpected(at);
        at = json.ToQuote(at + 1, out _);
        return at == null ? null : json.OverColon(at + 1);
    }
}
