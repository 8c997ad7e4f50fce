namespace AuditWatch.Storage.Index;

/// <summary>A person's SQL.</summary>
/// <param name="Text">One statement that only reads.</param>
public sealed record SqlQuestion(string Text)
{
    /// <summary>At most so many rows; 0 for all. Default 1000.</summary>
    public int Limit { get; init; } = 1000;

    /// <summary>How long it may take. Default 30 s.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(30);
}
