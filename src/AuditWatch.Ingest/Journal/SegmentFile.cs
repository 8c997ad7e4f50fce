using Microsoft.Win32.SafeHandles;

namespace AuditWatch.Ingest.Journal;

/// <summary>A segment file open for writing. Readers of this and other processes may have it open too.</summary>
internal sealed class SegmentFile(string path) : ISegmentFile
{
    // FileShare.ReadWrite: on Unix any other share takes an advisory lock that would keep readers of other processes out.
    readonly SafeFileHandle _handle = File.OpenHandle(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete);

    public void Write(ReadOnlySpan<byte> bytes, long offset) => RandomAccess.Write(_handle, bytes, offset);

    public void Flush() => RandomAccess.FlushToDisk(_handle);

    public void Cut(long length) => RandomAccess.SetLength(_handle, length);

    public void Dispose() => _handle.Dispose();
}
