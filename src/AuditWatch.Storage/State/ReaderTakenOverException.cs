namespace AuditWatch.Storage.State;

/// <summary>Another process has taken a journal reader over; nothing of what was to be saved is kept, and nothing more will be. Whoever gets this stops reading.</summary>
public sealed class ReaderTakenOverException(string reader, long epoch)
    : Exception(string.Create(System.Globalization.CultureInfo.InvariantCulture, $"The journal reader '{reader}' was taken over by another process (ours was its epoch {epoch})."))
{
    /// <summary>The reader.</summary>
    public string Reader { get; } = reader;

    /// <summary>The epoch that is over.</summary>
    public long Epoch { get; } = epoch;
}
