namespace AuditWatch.Detection.Counting;

/// <summary>Since when, and of how many matches, something was learned.</summary>
sealed class Learner
{
    public long BeganMicros { get; set; }

    public long LastMicros { get; set; }

    public long Matches { get; set; }
}
