namespace AuditWatch.Ingest.Journal;

/// <summary>What verification found.</summary>
/// <param name="Segments">Segment files.</param>
/// <param name="Frames">Frames whose checksum holds.</param>
/// <param name="Records">Records in them.</param>
/// <param name="RawBytes">Their bytes, unpacked.</param>
/// <param name="Findings">What is wrong and where, in order.</param>
/// <param name="MoreFindings">Findings beyond the first thousand.</param>
/// <param name="TailBytes">Bytes of an incomplete frame at the end: being written, or torn by a stop; cut off at the next start. No finding.</param>
public sealed record VerifyReport(int Segments, long Frames, long Records, long RawBytes, IReadOnlyList<JournalDamage> Findings, int MoreFindings, long TailBytes)
{
    /// <summary>Whether everything is as it was written.</summary>
    public bool IsWhole => Findings.Count == 0;
}
