namespace AuditWatch.Ingest.Journal.Kafka;

/// <summary>What verifying a journal on Kafka found.</summary>
/// <param name="Partitions">Partitions read.</param>
/// <param name="Producers">Producers that wrote them: each has a chain of its own in each partition.</param>
/// <param name="Cut">Chains whose beginning the topic's retention removed. No finding.</param>
/// <param name="Frames">Frames whose checksum holds.</param>
/// <param name="Records">Records in them, repeats included.</param>
/// <param name="Repeats">Records that readers drop, because an earlier one has their id.</param>
/// <param name="RawBytes">Their bytes, unpacked.</param>
/// <param name="Unfinished">Large frames that a producer was stopped in the middle of, never acknowledged. No finding.</param>
/// <param name="Findings">What is wrong and where, in order.</param>
/// <param name="MoreFindings">Findings beyond the first thousand.</param>
public sealed record KafkaVerifyReport(
    int Partitions, int Producers, int Cut, long Frames, long Records, long Repeats, long RawBytes, int Unfinished, IReadOnlyList<JournalDamage> Findings, int MoreFindings)
{
    /// <summary>Whether everything is as it was written.</summary>
    public bool IsWhole => Findings.Count == 0;
}
