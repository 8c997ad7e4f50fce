namespace AuditWatch.Events.Framing;

/// <summary>A stream whose first bytes were looked at before it is read.</summary>
sealed class PeekedStream(Stream inner, bool leaveOpen) : ForwardStream
{
    byte[] _peeked = [];
    int _given;

    /// <summary>The first bytes; fewer than asked for when there are no more. Before anything is read.</summary>
    internal int Peek(Span<byte> start)
    {
        _peeked = new byte[start.Length];
        var length = inner.ReadAtLeast(_peeked, start.Length, throwOnEndOfStream: false);
        Array.Resize(ref _peeked, length);
        _peeked.CopyTo(start);
        return length;
    }

    public override int Read(Span<byte> buffer)
    {
        if (_given == _peeked.Length)
            return inner.Read(buffer);
        var length = Math.Min(buffer.Length, _peeked.Length - _given);
        _peeked.AsSpan(_given, length).CopyTo(buffer);
        _given += length;
        return length;
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing && !leaveOpen)
            inner.Dispose();
        base.Dispose(disposing);
    }
}
