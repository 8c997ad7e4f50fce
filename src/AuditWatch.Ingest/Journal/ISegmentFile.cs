namespace AuditWatch.Ingest.Journal;

/// <summary>The file under the segment being written: what can fail on a disk, and nothing else.</summary>
internal interface ISegmentFile : IDisposable
{
    void Write(ReadOnlySpan<byte> bytes, long offset);

    /// <summary>Returns once everything written is on the disk.</summary>
    void Flush();

    void Cut(long length);
}
