namespace AuditWatch.Detection.Incidents;

/// <summary>The order of levels.</summary>
static class Levels
{
    static readonly string[] Names = ["informational", "low", "medium", "high", "critical"];

    public static int Of(string level) => Array.IndexOf(Names, level);

    public static string Highest(IEnumerable<string> levels) => levels.MaxBy(Of) ?? Names[0];
}
