using Microsoft.Win32.SafeHandles;

namespace AuditWatch.Ingest.Sources.Files;

/// <summary>Reads an open file from its beginning without owning it and without moving anyone else's place.</summary>
internal sealed class HandleStream(SafeFileHandle handle) : Stream
{
    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position { get; set; }

    public override int Read(Span<byte> buffer)
    {
        var read = RandomAccess.Read(handle, buffer, Position);
        Position += read;
        return read;
    }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override void Flush() { }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
}
