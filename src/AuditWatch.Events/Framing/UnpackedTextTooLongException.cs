namespace AuditWatch.Events.Framing;

/// <summary>A packed text unpacks to more than <see cref="FramingLimits.MaxText"/>.</summary>
public sealed class UnpackedTextTooLongException(long limit) : IOException($"The packed text unpacks to more than {limit} bytes.")
{
    /// <summary>The limit.</summary>
    public long Limit { get; } = limit;
}
