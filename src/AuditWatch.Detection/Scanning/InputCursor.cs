using AuditWatch.Events.Framing;

namespace AuditWatch.Detection.Scanning;

/// <summary>One input of a run: knows the event time at which its next block begins, so that several inputs can be read as one history.</summary>
sealed class InputCursor(InputFile file, Action<int> onRead, Func<DocumentBlock, long?> beginning) : IDisposable
{
    IEnumerator<DocumentBlock>? _blocks;
    Stream? _stream;
    bool _isBegun;

    public string Name => file.Name;

    /// <summary>The next block; null at the end.</summary>
    public DocumentBlock? Next { get; private set; }

    /// <summary>Event time at which the next block begins; never runs back. <see cref="long.MaxValue"/> at the end.</summary>
    public long NextMicros { get; private set; } = long.MinValue;

    public bool IsAtEnd => NextMicros == long.MaxValue;

    /// <summary>What made the input end early; null when nothing did.</summary>
    public string? Failure { get; private set; }

    /// <summary>Looks where the input begins. With <paramref name="release"/> it is closed again until it is its turn, unless it can be read only once.</summary>
    public void Peek(bool release)
    {
        Advance();
        if (!release || file.Name == InputFiles.StandardInput || file.Size is null || IsAtEnd) return;
        Close();
    }

    /// <summary>Gives the next block, for which Next must have been looked at.</summary>
    public DocumentBlock? Take()
    {
        if (_blocks is null && !IsAtEnd) Advance();
        _isBegun = true;
        var block = Next;
        Next = null;
        return block;
    }

    /// <summary>Goes on to the block after.</summary>
    public void Advance()
    {
        try
        {
            if (_blocks is null)
            {
                _stream = file.Open();
                _blocks = DocumentFramer.Read(new CountingStream(_stream, onRead)).GetEnumerator();
            }

            if (_blocks.MoveNext())
            {
                Next = _blocks.Current;
                NextMicros = Math.Max(NextMicros, beginning(Next) ?? long.MinValue);
                return;
            }
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException or InvalidDataException or ZstdSharp.ZstdException or NotSupportedException)
        {
            Failure = fault.Message;
        }

        Close();
        NextMicros = long.MaxValue;
    }

    public void Dispose() => Close();

    void Close()
    {
        Next?.Dispose();
        Next = null;
        _blocks?.Dispose();
        _stream?.Dispose();
        _blocks = null;
        _stream = null;
        if (_isBegun) NextMicros = long.MaxValue;
    }
}
