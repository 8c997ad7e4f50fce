namespace AuditWatch.Server.Queries;

/// <summary>Everything that people can do, in one table: the API serves it, the command line calls it.</summary>
public static class Acts
{
    /// <summary>Changes one alert's triage.</summary>
    public static readonly ActRoute TriageAlert = new("triage-alert", "PATCH", "alerts/{id}",
        "Changes an alert's triage: status, resolution, assignee, tags, a note. With If-Match it answers 412, and what changed, when the alert is another by now.", typeof(TriageBody));

    /// <summary>Changes the triage of all alerts that match.</summary>
    public static readonly ActRoute TriageAlerts = new("triage-alerts", "POST", "alerts/triage",
        "Changes the triage of every alert that the query parameters match. 'dry_run' only counts; 'expected' refuses with 409 when another number matches.", typeof(TriageBody));

    /// <summary>Takes a bulk change back.</summary>
    public static readonly ActRoute UndoTriage = new("undo-triage", "POST", "triage-jobs/{id}/undo",
        "Takes a bulk change back; alerts that somebody has changed since are left alone and counted.", typeof(WhoBody));

    /// <summary>All of them.</summary>
    public static IReadOnlyList<ActRoute> All { get; } = [TriageAlert, TriageAlerts, UndoTriage];
}
