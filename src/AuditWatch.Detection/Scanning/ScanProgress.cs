namespace AuditWatch.Detection.Scanning;

/// <summary>How far a run is.</summary>
/// <param name="PackedBytes">Bytes read of the inputs as they lie there; compare with their size.</param>
/// <param name="Bytes">Unpacked bytes judged.</param>
/// <param name="Events">Events judged.</param>
public readonly record struct ScanProgress(long PackedBytes, long Bytes, long Events);
