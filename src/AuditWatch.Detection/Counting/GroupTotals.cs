namespace AuditWatch.Detection.Counting;

/// <summary>How many groups and requests the counted correlations of a cluster hold together.</summary>
sealed class GroupTotals
{
    public int Groups { get; set; }

    public int Requests { get; set; }
}
