namespace AuditWatch.Events.Envelopes;

/// <summary>What packed records inside of envelopes may become, so that a small body cannot become a large one without end. Every layer of packing counts.</summary>
/// <param name="PerRecord">Bytes that one record may unpack to in one layer.</param>
/// <param name="PerInput">Bytes that all records of one input may unpack to, the refused ones included.</param>
public readonly record struct UnpackLimits(int PerRecord, long PerInput)
{
    /// <summary>For files and messages of somebody who is trusted with the whole machine: 256 MiB for each document.</summary>
    public static UnpackLimits Offline { get; } = new(256 << 20, 256 << 20);
}
