namespace AuditWatch.Events.Scanning;

/// <summary>Finds the hot fields of one event in its UTF-8 bytes, without allocating.</summary>
public static class EventScanner
{
    /// <summary>Scans one JSON document (white space around it allowed). False with <paramref name="error"/> when it is not well-formed outside the two bodies.</summary>
    public static bool TryScan(ReadOnlySpan<byte> json, EventRanges ranges, out ScanError error) => ReferenceScanner.TryScan(json, ranges, out error);
}
