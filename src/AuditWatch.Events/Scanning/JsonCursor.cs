using System.Runtime.CompilerServices;
using AuditWatch.Events.Scanning.Lanes;

namespace AuditWatch.Events.Scanning;

/// <summary>
/// Steps over the parts of one JSON document and validates them as <see cref="System.Text.Json.Utf8JsonReader"/> does with its strict default options.
/// Every step takes a place and gives the place behind what it stepped over, or null when that is malformed: then <see cref="Error"/> says why.
/// UTF-8 is not looked at.
/// </summary>
unsafe ref struct JsonCursor<TLanes>(byte* begin, byte* end, byte* scratch) where TLanes : struct, ILanes
{
    readonly byte* _begin = begin;
    readonly byte* _end = end;

    readonly byte* _scratch = scratch;

    internal ScanError Error { get; private set; }

    /// <summary>Memory for those who step over something nested, from <see cref="ScanScratch"/>.</summary>
    internal readonly byte* Scratch => _scratch;

    internal readonly byte* Begin => _begin;

    internal readonly byte* End => _end;

    internal byte* Fail(ScanFault fault, byte* at)
    {
        Error = new ScanError(fault, (int)(at - _begin));
        return null;
    }

    /// <summary>Something else was due at <paramref name="at"/>, or at least something.</summary>
    internal byte* Unexpected(byte* at) => Fail(at >= _end ? ScanFault.UnexpectedEnd : ScanFault.UnexpectedByte, at);

    /// <summary>Over white space to the next byte of meaning; null at the end of the document.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal byte* ToMeaning(byte* at) => at < _end && *at > ' ' ? at : ToMeaningSlowly(at);

    byte* ToMeaningSlowly(byte* at)
    {
        at = SkipSpace(at);
        return at < _end ? at : Fail(ScanFault.UnexpectedEnd, at);
    }

    internal readonly byte* SkipSpace(byte* at)
    {
        while (at < _end && *at is (byte)' ' or (byte)'\n' or (byte)'\r' or (byte)'\t')
            at++;
        return at;
    }

    /// <summary>From the first byte inside a string to its closing quote.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal byte* ToQuote(byte* at, out bool escaped)
    {
        var stop = TLanes.StringStop(_begin, at, _end);
        if (stop < _end && *stop == '"')
        {
            escaped = false;
            return stop;
        }
        escaped = true;
        return ToQuoteOverEscapes(stop);
    }

    byte* ToQuoteOverEscapes(byte* stop)
    {
        while (true)
        {
            if (stop == _end)
                return Fail(ScanFault.UnexpectedEnd, stop);
            if (*stop == '"')
                return stop;
            if (*stop != '\\')
                return Fail(ScanFault.ControlCharacter, stop);
            var behind = OverEscape(stop);
            if (behind == null)
                return null;
            stop = TLanes.StringStop(_begin, behind, _end);
        }
    }

    byte* OverEscape(byte* backslash)
    {
        var at = backslash + 1;
        if (at == _end)
            return Fail(ScanFault.UnexpectedEnd, at);
        switch (*at)
        {
            case (byte)'"' or (byte)'\\' or (byte)'/' or (byte)'b' or (byte)'f' or (byte)'n' or (byte)'r' or (byte)'t':
                return at + 1;
            case (byte)'u':
                for (var digit = at + 1; digit < at + 5; digit++)
                {
                    if (digit == _end)
                        return Fail(ScanFault.UnexpectedEnd, digit);
                    if (!char.IsAsciiHexDigit((char)*digit))
                        return Fail(ScanFault.BadEscape, backslash);
                }
                return at + 5;
            default:
                return Fail(ScanFault.BadEscape, backslash);
        }
    }

    /// <summary>Over the colon behind a key, to its value.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal byte* OverColon(byte* at)
    {
        if (_end - at > 1 && *at == ':' && at[1] > ' ')
            return at + 1;
        at = SkipSpace(at);
        return at < _end && *at == ':' ? ToMeaning(at + 1) : Unexpected(at);
    }

    /// <summary>Over a number, <c>true</c>, <c>false</c> or <c>null</c>.</summary>
    internal byte* OverLiteral(byte* at) => *at switch
    {
        (byte)'t' => OverWord(at, "true"u8),
        (byte)'f' => OverWord(at, "false"u8),
        (byte)'n' => OverWord(at, "null"u8),
        (byte)'-' or (>= (byte)'0' and <= (byte)'9') => OverNumber(at),
        _ => Unexpected(at),
    };

    byte* OverWord(byte* at, ReadOnlySpan<byte> word)
    {
        foreach (var letter in word)
        {
            if (at == _end || *at != letter)
                return Unexpected(at);
            at++;
        }
        return at;
    }

    byte* OverNumber(byte* at)
    {
        if (*at == '-')
            at++;
        if (at < _end && *at == '0')
            at++;
        else if ((at = OverDigits(at)) == null)
            return null;
        if (at < _end && *at == '.' && (at = OverDigits(at + 1)) == null)
            return null;
        if (at < _end && (*at | 0x20) == 'e')
        {
            at++;
            if (at < _end && *at is (byte)'+' or (byte)'-')
                at++;
            if ((at = OverDigits(at)) == null)
                return null;
        }
        // 01, 1x, 1-: what follows a number must end it. The caller sees to the rest, and says so at the same place.
        return at < _end && (char.IsAsciiLetterOrDigit((char)*at) || *at is (byte)'.' or (byte)'-' or (byte)'+') ? Fail(ScanFault.BadNumber, at) : at;
    }

    byte* OverDigits(byte* at)
    {
        var first = at;
        while (at < _end && char.IsAsciiDigit((char)*at))
            at++;
        if (at > first)
            return at;
        return Fail(at == _end ? ScanFault.UnexpectedEnd : ScanFault.BadNumber, at);
    }
}
