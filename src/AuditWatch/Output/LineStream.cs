namespace AuditWatch.Cli.Output;

/// <summary>Cuts what is written into lines and hands each on.</summary>
internal sealed class LineStream(Action<ReadOnlyMemory<byte>> onLine) : Stream
{
    readonly MemoryStream _line = new();

    public override bool CanRead => false;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => throw new NotSupportedException("A stream of lines has no length.");

    public override long Position
    {
        get => throw new NotSupportedException("A stream of lines has no position.");
        set => throw new NotSupportedException("A stream of lines has no position.");
    }

    public override void Write(ReadOnlySpan<byte> buffer)
    {
        while (buffer.IndexOf((byte)'\n') is var end and >= 0)
        {
            _line.Write(buffer[..end]);
            buffer = buffer[(end + 1)..];
            onLine(_line.GetBuffer().AsMemory(0, (int)_line.Length));
            _line.SetLength(0);
        }
        _line.Write(buffer);
    }

    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

    public override void Flush()
    {
    }

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException("A stream of lines is only written.");

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException("A stream of lines is only written.");

    public override void SetLength(long value) => throw new NotSupportedException("A stream of lines is only written.");
}
