using System.Runtime.CompilerServices;
using AuditWatch.Events.Scanning.Lanes;

namespace AuditWatch.Events.Scanning;

/// <summary>Walks through the members of one event once, in whatever order they come, and notes where the hot ones are.</summary>
unsafe ref struct EventWalk<TLanes>(byte* begin, byte* end, byte* scratch, EventRanges ranges) where TLanes : struct, ILanes
{
    JsonCursor<TLanes> _json = new(begin, end, scratch);

    internal bool Run(out ScanError error)
    {
        var isWhole = Document();
        error = _json.Error;
        return isWhole;
    }

    bool Document()
    {
        var at = _json.ToMeaning(_json.Begin);
        if (at == null)
            return false;
        if (*at != '{')
            return _json.Fail(ScanFault.NotAnObject, at) != null;
        if ((at = Members(at, HotKeys.None, 1)) == null)
            return false;
        at = _json.SkipSpace(at);
        return at == _json.End || _json.Fail(ScanFault.TrailingData, at) != null;
    }

    /// <summary>Over the object that begins at <paramref name="at"/>, the one <paramref name="parent"/> names.</summary>
    byte* Members(byte* at, HotField parent, int depth)
    {
        if ((at = _json.ToMeaning(at + 1)) == null)
            return null;
        if (*at == '}')
            return at + 1;
        var before = EventRanges.FirstIn(parent);
        while (true)
        {
            var field = ranges.GuessBehind(before);
            if (_json.End - at > KeyPattern.Width && KeyPattern.Of(field).Matches(at))
                at = _json.ToMeaning(at + KeyPattern.Of(field).Length);
            else
                at = Key(at, parent, before, out field);
            if (at == null || (at = Value(at, field, depth)) == null || (at = _json.ToMeaning(at)) == null)
                return null;
            if (field != HotKeys.None)
                before = (int)field;
            if (*at == '}')
                return at + 1;
            if (*at != ',')
                return _json.Unexpected(at);
            if ((at = _json.ToMeaning(at + 1)) == null)
                return null;
        }
    }

    /// <summary>Over a key and its colon to the value, when it is not the key that was guessed.</summary>
    byte* Key(byte* at, HotField parent, int before, out HotField field)
    {
        field = HotKeys.None;
        if (*at != '"')
            return _json.Unexpected(at);
        var key = at + 1;
        if ((at = _json.ToQuote(key, out var escaped)) == null)
            return null;
        var name = new ReadOnlySpan<byte>(key, (int)(at - key));
        field = escaped ? FindEscaped(parent, name) : HotKeys.Find(parent, name);
        if (field != HotKeys.None)
            ranges.Learn(before, field);
        return _json.OverColon(at + 1);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    byte* Value(byte* at, HotField field, int depth)
    {
        if (*at != '"')
            return OtherValue(at, field, depth);
        var inside = at + 1;
        if ((at = _json.ToQuote(inside, out var escaped)) == null)
            return null;
        Note(field, inside, at, isString: true, escaped);
        return at + 1;
    }

    byte* OtherValue(byte* at, HotField field, int depth)
    {
        var start = at;
        if (*at is not ((byte)'{' or (byte)'['))
            at = _json.OverLiteral(at);
        else if (HotKeys.IsBody(field))
            at = BodySkip.Over(ref _json, at, depth);
        else if (*at == '{' && HotKeys.HasParts(field))
            return Parts(at, field, depth);
        else
            at = ContainerSkip.Over(ref _json, at, depth);
        if (at != null)
            Note(field, start, at, isString: false, escaped: false);
        return at;
    }

    byte* Parts(byte* at, HotField field, int depth)
    {
        ranges.Drop(HotKeys.PartsOf(field));
        var start = at;
        if ((at = Members(at, field, depth + 1)) != null)
            ranges.Set(field, (int)(start - _json.Begin), (int)(at - start), isString: false, escaped: false);
        return at;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    void Note(HotField field, byte* start, byte* behind, bool isString, bool escaped)
    {
        if (field == HotKeys.None)
            return;
        if (HotKeys.HasParts(field))
            ranges.Drop(HotKeys.PartsOf(field));
        ranges.Set(field, (int)(start - _json.Begin), (int)(behind - start), isString, escaped);
    }

    /// <summary>A key may be written with escapes and is the same key.</summary>
    static HotField FindEscaped(HotField parent, ReadOnlySpan<byte> name)
    {
        // The longest hot key has 24 letters, each at most six bytes long as an escape.
        const int longest = 24 * 6;
        if (name.Length > longest)
            return HotKeys.None;
        Span<byte> plain = stackalloc byte[longest];
        return KeyText.TryUnescape(name, plain, out var length) ? HotKeys.Find(parent, plain[..length]) : HotKeys.None;
    }
}
