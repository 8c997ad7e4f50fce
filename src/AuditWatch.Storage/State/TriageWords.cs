namespace AuditWatch.Storage.State;

/// <summary>The words that the API, the command line and the tables use.</summary>
public static class TriageWords
{
    static readonly string[] Statuses = ["new", "acknowledged", "closed", "reopened"];
    static readonly string[] Resolutions = ["true_positive", "benign_expected", "noise", "duplicate"];

    /// <summary>All statuses, in the order of <see cref="AlertStatus"/>.</summary>
    public static IReadOnlyList<string> AllStatuses => Statuses;

    /// <summary>All resolutions, in the order of <see cref="Resolution"/>.</summary>
    public static IReadOnlyList<string> AllResolutions => Resolutions;

    /// <summary>The word of a status.</summary>
    public static string Of(AlertStatus status) => Statuses[(int)status];

    /// <summary>The word of a resolution.</summary>
    public static string Of(Resolution resolution) => Resolutions[(int)resolution];

    /// <summary>The status of a word.</summary>
    public static bool TryStatus(string? word, out AlertStatus status)
    {
        status = (AlertStatus)Math.Max(0, Array.IndexOf(Statuses, word));
        return Array.IndexOf(Statuses, word) >= 0;
    }

    /// <summary>The resolution of a word; '-' is as good as '_'.</summary>
    public static bool TryResolution(string? word, out Resolution resolution)
    {
        var at = Array.IndexOf(Resolutions, word?.Replace('-', '_'));
        resolution = (Resolution)Math.Max(0, at);
        return at >= 0;
    }
}
