namespace AuditWatch.Storage.State;

/// <summary>What people have made of an alert, beside its status.</summary>
public sealed record AlertTriage
{
    /// <summary>Nobody has touched it.</summary>
    public static readonly AlertTriage None = new();

    /// <summary>What it turned out to be; null unless it is closed.</summary>
    public Resolution? Resolution { get; init; }
    /// <summary>Whose it is; null: nobody's.</summary>
    public string? Assignee { get; init; }
    /// <summary>Sorted.</summary>
    public IReadOnlyList<string> Tags { get; init; } = [];
    /// <summary>How many notes its history has.</summary>
    public long Notes { get; init; }
    /// <summary>Grows by one with every change of triage, and with nothing else.</summary>
    public long Revision { get; init; }
    /// <summary>When triage last changed, microseconds since 1970; null: never.</summary>
    public long? ChangedMicros { get; init; }
}
