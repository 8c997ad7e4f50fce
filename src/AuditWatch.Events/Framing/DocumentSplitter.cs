using AuditWatch.Events.Scanning;

namespace AuditWatch.Events.Framing;

/// <summary>
/// Cuts text into documents, piece by piece. Where it cuts depends on the text alone, never on how it was cut into pieces: as long as more text could change
/// the answer, it asks for more.
/// </summary>
/// <param name="maxDocument">A document of more bytes is reported as oversize and skipped.</param>
sealed class DocumentSplitter(int maxDocument)
{
    /// <summary>So much of an oversize document is kept, to tell what it was.</summary>
    internal const int OversizeHead = 4096;

    const int More = -1;

    bool _begun;
    bool _inArray;
    bool _skipping;
    bool _midLine;
    int _indent;
    long _line = 1;

    /// <summary>
    /// Adds the documents in <paramref name="bytes"/> to <paramref name="found"/> and gives the length of what is done with: the next call begins behind it.
    /// </summary>
    internal int Split(ReadOnlySpan<byte> bytes, bool isLast, List<DocumentRange> found)
    {
        var at = 0;
        if (!_begun)
        {
            if (bytes.Length < 3 && !isLast)
                return 0;
            _begun = true;
            if (bytes.StartsWith("\uFEFF"u8))
                at = 3;
        }
        var text = new SplitText(bytes, isLast);
        while (true)
        {
            if (_skipping)
                at = SkipRest(ref text, at);
            if (_skipping || (at = SkipBetween(bytes, at)) == bytes.Length)
                return at;
            var behind = Document(ref text, at, found);
            if (behind != More)
                at = behind;
            else if (bytes.Length - at <= maxDocument)
                return at;
            else
                at = BeginSkip(bytes, at, found);
        }
    }

    /// <summary>White space, and the commas and the end of an array.</summary>
    int SkipBetween(ReadOnlySpan<byte> bytes, int at)
    {
        for (; at < bytes.Length; at++)
        {
            switch (bytes[at])
            {
                case (byte)'\n':
                    _line++;
                    _indent = 0;
                    _midLine = false;
                    break;
                case (byte)' ' or (byte)'\t' or (byte)'\r':
                    _indent++;
                    break;
                case (byte)',' when _inArray:
                    _midLine = true;
                    break;
                case (byte)']' when _inArray:
                    _inArray = false;
                    _midLine = true;
                    break;
                default:
                    return at;
            }
        }
        return at;
    }

    int Document(ref SplitText text, int at, List<DocumentRange> found)
    {
        switch (text.Bytes[at])
        {
            case (byte)'{':
                return !_inArray && !_midLine ? WholeLine(ref text, at, found) : Exactly(ref text, at, found);
            case (byte)'[':
                if (_inArray)
                    return Exactly(ref text, at, found);
                var next = at + 1 + text.Bytes[(at + 1)..].IndexOfAnyExcept(" \t\r\n"u8);
                if (next == at && !text.IsLast)
                    return More;
                if (next == at || text.Bytes[next] is not ((byte)'{' or (byte)'[' or (byte)']'))
                    return PlainLine(ref text, at, found);
                _inArray = true;
                _midLine = true;
                return at + 1;
            default:
                return PlainLine(ref text, at, found);
        }
    }

    /// <summary>
    /// A line from brace to brace with nothing in it that looks like a seam is one document, unless the line behind it goes on with it: inside an object or
    /// array, nothing but a comma or a closing bracket may follow a closing brace. So nothing need be balanced here.
    /// </summary>
    int WholeLine(ref SplitText text, int at, List<DocumentRange> found)
    {
        var bytes = text.Bytes;
        var sign = LineProbe.Find(bytes[at..]);
        var lineEnd = sign < 0 ? bytes.Length : at + sign;
        if (sign < 0)
        {
            if (!text.IsLast)
                return More;
        }
        else if (bytes[lineEnd] != '\n')
        {
            return Exactly(ref text, at, found);
        }
        else if (lineEnd + 1 == bytes.Length)
        {
            if (!text.IsLast)
                return More;
        }
        else if (bytes[lineEnd + 1] is <= (byte)' ' or (byte)',' or (byte)'}' or (byte)']')
        {
            return Exactly(ref text, at, found);
        }
        if (bytes[lineEnd - 1] != '}')
            return Exactly(ref text, at, found);
        Add(at, lineEnd - at, found);
        _midLine = true;
        return lineEnd;
    }

    /// <summary>A document by its brackets: within the line if they balance there, over several lines only if all of it is JSON.</summary>
    int Exactly(ref SplitText text, int at, List<DocumentRange> found)
    {
        var lineEnd = text.LineEnd(at);
        var inLine = text.Bytes[at..(lineEnd < 0 ? text.Bytes.Length : lineEnd)];
        if (Containers.TryMeasure(inLine, validate: false, out var length, out var error))
            return Take(at, length, found);
        if (error.Fault == ScanFault.UnexpectedEnd && lineEnd >= 0)
        {
            if (Containers.TryMeasure(text.Bytes[at..], validate: true, out length, out error))
                return Take(at, length, found, lines: text.Bytes.Slice(at, length).Count((byte)'\n'));
        }
        return error.Fault == ScanFault.UnexpectedEnd && !text.IsLast ? More : UpToNextDocument(ref text, at, found);
    }

    int Take(int at, int length, List<DocumentRange> found, int lines = 0)
    {
        Add(at, length, found);
        _line += lines;
        _midLine = true;
        return at + length;
    }

    /// <summary>What begins like a document and is none goes up to the line that begins the next one.</summary>
    int UpToNextDocument(ref SplitText text, int at, List<DocumentRange> found)
    {
        var end = text.NextDocumentLine(at, _midLine ? 0 : _indent, _inArray);
        if (end < 0 && !text.IsLast)
            return More;
        if (end < 0)
            end = text.Bytes.Length;
        var bad = text.Bytes[at..end];
        Add(at, bad.TrimEnd(" \t\r\n"u8).Length, found);
        _line += bad.Count((byte)'\n');
        _midLine = true;
        return end;
    }

    /// <summary>A line that is no JSON, for whoever knows what envelope it is.</summary>
    int PlainLine(ref SplitText text, int at, List<DocumentRange> found)
    {
        var lineEnd = text.LineEnd(at);
        if (lineEnd < 0 && !text.IsLast)
            return More;
        var end = lineEnd < 0 ? text.Bytes.Length : lineEnd;
        Take(at, text.Bytes[at..end].TrimEnd(" \t\r"u8).Length, found);
        return end;
    }

    void Add(int at, int length, List<DocumentRange> found)
    {
        var isOversize = length > maxDocument;
        found.Add(new DocumentRange(at, isOversize ? Math.Min(length, OversizeHead) : length, _line, isOversize));
    }

    int BeginSkip(ReadOnlySpan<byte> bytes, int at, List<DocumentRange> found)
    {
        Add(at, bytes.Length - at, found);
        _skipping = true;
        return at;
    }

    /// <summary>The rest of an oversize document, which ends where another begins.</summary>
    int SkipRest(ref SplitText text, int at)
    {
        var end = text.NextDocumentLine(at, _midLine ? 0 : _indent, _inArray);
        if (end >= 0)
            _skipping = false;
        else
            end = text.IsLast || text.UndecidedLineEnd < 0 ? text.Bytes.Length : text.UndecidedLineEnd;
        _line += text.Bytes[at..end].Count((byte)'\n');
        return end;
    }
}
