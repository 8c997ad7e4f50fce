namespace AuditWatch.Events.Framing;

/// <summary>A stream that fails when it gives more than it may. Owns the inner one.</summary>
sealed class BoundedStream(Stream inner, long most) : ForwardStream
{
    long _given;

    public override int Read(Span<byte> buffer)
    {
        var read = inner.Read(buffer);
        _given += read;
        return _given <= most ? read : throw new UnpackedTextTooLongException(most);
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing) inner.Dispose();
        base.Dispose(disposing);
    }
}
