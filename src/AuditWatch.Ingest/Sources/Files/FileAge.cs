using AuditWatch.Ingest.Journal;

namespace AuditWatch.Ingest.Sources.Files;

/// <summary>
/// Which of a log's files came first: the one whose first event is older, whatever the names say and whenever somebody packed it; without events, the one that was
/// written to last.
/// </summary>
internal readonly record struct FileAge(long FirstEventMicros, long ModifiedMicros) : IComparable<FileAge>
{
    /// <summary>So much of a file is looked through for its first time.</summary>
    public const int Looked = 256 * 1024;

    public static FileAge Of(ReadOnlySpan<byte> beginning, DateTime modified) => new(FirstTime(beginning), MicroTime.Of(modified));

    public int CompareTo(FileAge other) =>
        FirstEventMicros != 0 && other.FirstEventMicros != 0 ? FirstEventMicros.CompareTo(other.FirstEventMicros) : ModifiedMicros.CompareTo(other.ModifiedMicros);

    // Also in an escaped string of a shipper's line: the name, a few quotes and backslashes, the time.
    static long FirstTime(ReadOnlySpan<byte> beginning)
    {
        var at = beginning.IndexOf("stageTimestamp"u8);
        if (at < 0) return 0;
        var time = beginning[(at + 14)..].TrimStart("\\\": "u8);
        return time.Length >= 27 ? MicroTime.Parse(time[..27]) : 0;
    }
}
