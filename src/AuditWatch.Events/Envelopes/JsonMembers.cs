namespace AuditWatch.Events.Envelopes;

/// <summary>The members of one JSON object, one after the other, each value as a range of the text. Stops where the text stops making sense.</summary>
ref struct JsonMembers(ReadOnlySpan<byte> json, int start)
{
    readonly ReadOnlySpan<byte> _json = json;
    int _at = start + 1;

    /// <summary>The raw key, without quotes.</summary>
    public ReadOnlySpan<byte> Key { get; private set; }

    public int Start { get; private set; }

    public int End { get; private set; }

    /// <summary>Whether the value is there to its end.</summary>
    public bool IsComplete { get; private set; }

    /// <summary>Where the key's opening quote is.</summary>
    public int KeyStart { get; private set; }

    /// <summary>The object was read to its closing brace.</summary>
    public bool IsClosed { get; private set; }

    public readonly ReadOnlySpan<byte> Value => _json[Start..End];

    public bool Next()
    {
        if (!NextKey()) return false;
        SkipValue();
        return true;
    }

    /// <summary>Goes to the next key, with the value's start but not its end. <see cref="SkipValue"/> must follow.</summary>
    public bool NextKey()
    {
        _at = JsonSpans.SkipSpace(_json, _at);
        if (_at < _json.Length && _json[_at] == ',') _at = JsonSpans.SkipSpace(_json, _at + 1);
        IsClosed = _at < _json.Length && _json[_at] == '}';
        if (_at >= _json.Length || _json[_at] != '"') return false;

        KeyStart = _at;
        var keyEnd = JsonSpans.EndOfValue(_json, _at, out var keyComplete);
        if (!keyComplete) return false;
        Key = _json[(_at + 1)..(keyEnd - 1)];
        _at = JsonSpans.SkipSpace(_json, keyEnd);
        if (_at >= _json.Length || _json[_at] != ':') return false;
        Start = JsonSpans.SkipSpace(_json, _at + 1);
        return Start < _json.Length;
    }

    public void SkipValue()
    {
        End = JsonSpans.EndOfValue(_json, Start, out var complete);
        IsComplete = complete;
        _at = End;
    }

    /// <summary>The first member with this key.</summary>
    public static bool TryFind(ReadOnlySpan<byte> json, int start, ReadOnlySpan<byte> key, out int valueStart, out int valueEnd)
    {
        (valueStart, valueEnd) = (0, 0);
        if (start >= json.Length || json[start] != '{') return false;
        var members = new JsonMembers(json, start);
        while (members.Next())
        {
            if (!members.Key.SequenceEqual(key)) continue;
            (valueStart, valueEnd) = (members.Start, members.End);
            return members.IsComplete;
        }

        return false;
    }

    /// <summary>Where the value of the first member with this key begins, whether or not it is complete.</summary>
    public static bool TryFindStart(ReadOnlySpan<byte> json, int start, ReadOnlySpan<byte> key, out int valueStart)
    {
        valueStart = 0;
        if (start >= json.Length || json[start] != '{') return false;
        for (var members = new JsonMembers(json, start); members.NextKey(); members.SkipValue())
        {
            if (!members.Key.SequenceEqual(key)) continue;
            valueStart = members.Start;
            return true;
        }

        return false;
    }
}
