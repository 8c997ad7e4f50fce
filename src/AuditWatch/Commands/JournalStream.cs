using AuditWatch.Events;
using AuditWatch.Ingest.Journal;

namespace AuditWatch.Cli.Commands;

/// <summary>The audit events of one cluster in a journal, one a line, read as the stream is.</summary>
internal sealed class JournalStream(string directory, string cluster) : Stream
{
    readonly IEnumerator<JournalFrame> _frames = new JournalReader(directory).Read(EventPosition.Start).GetEnumerator();
    readonly MemoryStream _text = new();

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException("A journal is read to its end.");

    public override long Position
    {
        get => throw new NotSupportedException("A journal is read in order.");
        set => throw new NotSupportedException("A journal is read in order.");
    }

    public override int Read(Span<byte> buffer)
    {
        while (_text.Position == _text.Length)
        {
            if (!_frames.MoveNext()) return 0;
            Fill(_frames.Current);
        }

        return _text.Read(buffer);
    }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException("A journal is read in order.");

    public override void SetLength(long value) => throw new NotSupportedException("A journal is only read here.");

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException("A journal is only read here.");

    protected override void Dispose(bool disposing)
    {
        if (disposing) _frames.Dispose();
        base.Dispose(disposing);
    }

    void Fill(JournalFrame frame)
    {
        _text.SetLength(0);
        if (frame.Kind == RecordKind.Audit && frame.Cluster == cluster)
            foreach (var record in frame.Records)
            {
                _text.Write(record.Span);
                _text.WriteByte((byte)'\n');
            }

        _text.Position = 0;
    }
}
