namespace AuditWatch.Ingest.Journal;

/// <summary>A place of the journal that is not as it was written.</summary>
/// <param name="Segment">The segment's number.</param>
/// <param name="Offset">Byte offset within the segment's file.</param>
/// <param name="Bytes">How many bytes are affected (0 for a broken chain, where every frame is whole).</param>
/// <param name="What">A sentence.</param>
public readonly record struct JournalDamage(int Segment, long Offset, long Bytes, string What)
{
    /// <summary>The place, where it is not a segment of a folder.</summary>
    public string? Place { get; init; }

    /// <summary>Damage of a partition (topic/partition) of a journal on Kafka.</summary>
    public static JournalDamage At(string partition, long offset, string what) =>
        new(0, offset, 0, what) { Place = string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{partition}, offset {offset}") };

    /// <summary>Place and sentence.</summary>
    public override string ToString() => string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{Place ?? $"segment {Segment}, byte {Offset}"}: {What}");
}
