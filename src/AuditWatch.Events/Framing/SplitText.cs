namespace AuditWatch.Events.Framing;

/// <summary>The piece of text that is being cut.</summary>
ref struct SplitText(ReadOnlySpan<byte> bytes, bool isLast)
{
    int _knownLineEnd = -1;
    int _lookedFrom = int.MaxValue;
    int _noLineEndFrom = int.MaxValue;

    internal readonly ReadOnlySpan<byte> Bytes { get; } = bytes;

    /// <summary>Nothing follows.</summary>
    internal readonly bool IsLast => isLast;

    /// <summary>The newline behind which this piece has too little to tell what begins there; -1 when it is not for that that no document was found.</summary>
    internal int UndecidedLineEnd { get; private set; } = -1;

    /// <summary>The first newline from <paramref name="at"/> on, or -1. Remembered, since many documents may share a line.</summary>
    internal int LineEnd(int at)
    {
        if (at >= _noLineEndFrom)
            return -1;
        if (_knownLineEnd >= at && _lookedFrom <= at)
            return _knownLineEnd;
        var offset = Bytes[at..].IndexOf((byte)'\n');
        if (offset < 0)
        {
            _noLineEndFrom = at;
            return -1;
        }
        _lookedFrom = at;
        return _knownLineEnd = at + offset;
    }

    /// <summary>
    /// The end of the line before the next one that begins a document; -1 when this piece has none, or not enough to tell. Such a line is indented no further
    /// than the document before it, and does not begin with what can only go on with one.
    /// </summary>
    internal int NextDocumentLine(int at, int indent, bool isInArray)
    {
        for (var end = LineEnd(at); end >= 0; end = LineEnd(end + 1))
        {
            var first = end + 1 + Bytes[(end + 1)..].IndexOfAnyExcept((byte)' ', (byte)'\t');
            if (first == end)
            {
                UndecidedLineEnd = end;
                return -1;
            }
            var itsIndent = first - end - 1;
            if (itsIndent <= indent && (isInArray ? BeginsItem(Bytes[first], itsIndent < indent) : BeginsDocument(Bytes[first])))
                return end;
        }
        return -1;
    }

    static bool BeginsDocument(byte first) => first is not ((byte)'\r' or (byte)'\n' or (byte)'}' or (byte)']' or (byte)',' or (byte)'"' or (byte)':');

    static bool BeginsItem(byte first, bool isOutside) => first is (byte)'{' or (byte)'[' || (first == ']' && isOutside);
}
