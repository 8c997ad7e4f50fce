namespace AuditWatch.Detection.Counting;

/// <summary>What one counted correlation counted on one cluster, beside its matches.</summary>
/// <param name="Rule">Its name.</param>
/// <param name="Groups">Groups that have a window now.</param>
/// <param name="GroupsEvicted">Groups forgotten early to keep their number bounded.</param>
/// <param name="RequestsEvicted">Requests forgotten early to keep windows bounded.</param>
/// <param name="WithoutField">Matches that were not counted because a field to group by or to count was missing.</param>
/// <param name="TooLate">Matches that came after event time had passed them by more than the timespan.</param>
public sealed record CountedFigures(string Rule, int Groups, long GroupsEvicted, long RequestsEvicted, long WithoutField, long TooLate)
{
    /// <summary>Requests that the windows hold.</summary>
    public int Requests { get; init; }

    /// <summary>Unknown: groups over their bounds that were not watched for long enough to say what is usual.</summary>
    public long NoBaseline { get; init; }

    /// <summary>Groups of which it was forgotten early what is usual, to keep their number bounded.</summary>
    public long BaselinesEvicted { get; init; }
}
