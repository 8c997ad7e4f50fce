using AuditWatch.Events.Scanning.Lanes;

namespace AuditWatch.Events.Scanning;

/// <summary>Walks through the members of a list document and notes where the items of its array are.</summary>
unsafe ref struct ItemWalk<TLanes>(byte* begin, byte* end, byte* scratch, ReadOnlySpan<byte> arrayKey, List<(int Start, int Length)> items)
    where TLanes : struct, ILanes
{
    readonly ReadOnlySpan<byte> _arrayKey = arrayKey;
    JsonCursor<TLanes> _json = new(begin, end, scratch);
    bool _hasArray;

    internal bool Run(out ScanError error)
    {
        var isWhole = Document();
        error = _json.Error;
        return isWhole && _hasArray;
    }

    bool Document()
    {
        var at = _json.ToMeaning(_json.Begin);
        if (at == null)
            return false;
        if (*at != '{')
            return _json.Fail(ScanFault.NotAnObject, at) != null;
        if ((at = Members(at)) == null)
            return false;
        at = _json.SkipSpace(at);
        return at == _json.End || _json.Fail(ScanFault.TrailingData, at) != null;
    }

    byte* Members(byte* at)
    {
        if ((at = _json.ToMeaning(at + 1)) == null)
            return null;
        if (*at == '}')
            return at + 1;
        while (true)
        {
            if (*at != '"')
                return _json.Unexpected(at);
            var key = at + 1;
            if ((at = _json.ToQuote(key, out var escaped)) == null)
                return null;
            var isArrayKey = IsArrayKey(new ReadOnlySpan<byte>(key, (int)(at - key)), escaped);
            if ((at = _json.OverColon(at + 1)) == null)
                return null;
            at = isArrayKey && *at == '[' ? Items(at) : Other(at);
            if (at == null || (at = _json.ToMeaning(at)) == null)
                return null;
            if (*at == '}')
                return at + 1;
            if (*at != ',')
                return _json.Unexpected(at);
            if ((at = _json.ToMeaning(at + 1)) == null)
                return null;
        }
    }

    readonly bool IsArrayKey(ReadOnlySpan<byte> key, bool escaped)
    {
        if (!escaped)
            return key.SequenceEqual(_arrayKey);
        var plain = new byte[key.Length];
        return KeyText.TryUnescape(key, plain, out var length) && plain.AsSpan(0, length).SequenceEqual(_arrayKey);
    }

    byte* Items(byte* at)
    {
        _hasArray = true;
        if ((at = _json.ToMeaning(at + 1)) == null)
            return null;
        if (*at == ']')
            return at + 1;
        while (true)
        {
            var start = at;
            at = *at is (byte)'{' or (byte)'[' ? BodySkip.Over(ref _json, at, 2, ContainerSkip.MaxDepthAround) : Other(at);
            if (at == null)
                return null;
            items.Add(((int)(start - _json.Begin), (int)(at - start)));
            if ((at = _json.ToMeaning(at)) == null)
                return null;
            if (*at == ']')
                return at + 1;
            if (*at != ',')
                return _json.Unexpected(at);
            if ((at = _json.ToMeaning(at + 1)) == null)
                return null;
        }
    }

    byte* Other(byte* at)
    {
        if (*at is (byte)'{' or (byte)'[')
            return ContainerSkip.Over(ref _json, at, 1);
        if (*at != '"')
            return _json.OverLiteral(at);
        at = _json.ToQuote(at + 1, out _);
        return at == null ? null : at + 1;
    }
}
