using AuditWatch.Server.Access;

namespace AuditWatch.Server.Queries;

/// <summary>Everything that people can do, in one table: the API serves it, the command line calls it.</summary>
public static class Acts
{
    static readonly AccessPolicy ByAnalyst = AccessPolicy.For(Role.Analyst, Recorded.Change), ByEngineer = AccessPolicy.For(Role.Engineer, Recorded.Change),
        ByEngineerOfAll = AccessPolicy.For(Role.Engineer, Recorded.Change, allClusters: true), ByAdminOfAll = AccessPolicy.For(Role.Admin, Recorded.Change, allClusters: true);

    /// <summary>Changes one alert's triage.</summary>
    public static readonly ActRoute TriageAlert = new("triage-alert", "PATCH", "alerts/{id}",
        "Changes an alert's triage: status, resolution, assignee, tags, a note. With If-Match it answers 412, and what changed, when the alert is another by now.", typeof(TriageBody))
    { Policy = ByAnalyst, Version = VersionForm.Number };

    /// <summary>Changes the triage of all alerts that match.</summary>
    public static readonly ActRoute TriageAlerts = new("triage-alerts", "POST", "alerts/triage",
        "Changes the triage of every alert that the query parameters match. 'dry_run' only counts; 'expected' refuses with 409 when another number matches.", typeof(TriageBody))
    { Policy = ByAnalyst, Version = VersionForm.Number };

    /// <summary>Takes a bulk change back.</summary>
    public static readonly ActRoute UndoTriage = new("undo-triage", "POST", "triage-jobs/{id}/undo",
        "Takes a bulk change back; alerts that somebody has changed since are left alone and counted.", typeof(WhoBody))
    { Policy = ByAnalyst };

    /// <summary>Joins incidents.</summary>
    public static readonly ActRoute MergeIncident = new("merge-incident", "POST", "incidents/{id}/merge",
        "Joins other incidents to one, by hand; stays so through a replay. With If-Match it answers 412, and what changed, when the incident is another by now.", typeof(IncidentBody))
    { Policy = ByAnalyst, Version = VersionForm.Text };

    /// <summary>Parts alerts from an incident.</summary>
    public static readonly ActRoute SplitIncident = new("split-incident", "POST", "incidents/{id}/split",
        "Parts alerts from an incident, as an incident of their own; stays so through a replay. With If-Match it answers 412, and what changed, when the incident is another by now.", typeof(IncidentBody))
    { Policy = ByAnalyst, Version = VersionForm.Text };

    /// <summary>Takes a merge or split back.</summary>
    public static readonly ActRoute UndoIncidentEdit = new("undo-incident-edit", "POST", "incident-edits/{id}/undo", "Takes one merge or split back.", null) { Policy = ByAnalyst, Version = VersionForm.Text };

    /// <summary>Makes an exception from an alert.</summary>
    public static readonly ActRoute ExceptAlert = new("except-alert", "POST", "alerts/{id}/exception",
        "Makes an exception (a Sigma filter) from an alert and says which alerts of its rule it would have hidden; 'dry_run' only says so.", typeof(ExceptionBody))
    { Policy = ByEngineer };

    /// <summary>Ends an exception.</summary>
    public static readonly ActRoute EndException = new("end-exception", "POST", "exceptions/{id}/end", "Ends an exception, for good: what is judged from now on is told again.", null) { Policy = ByEngineerOfAll };

    /// <summary>Tries a route.</summary>
    public static readonly ActRoute TestRoute = new("test-route", "POST", "routes/{id}/test", "Sends a test message over a route, now; 502 with what went wrong.", null) { Policy = ByEngineerOfAll };

    /// <summary>Sends parked messages again.</summary>
    public static readonly ActRoute ReplayNotifications = new("replay-notifications", "POST", "notifications/{id}/replay", "Sends a parked message again, or 'all'.", null) { Policy = ByEngineerOfAll };

    /// <summary>Forgets parked messages.</summary>
    public static readonly ActRoute DropNotifications = new("drop-notifications", "POST", "notifications/{id}/drop", "Forgets a parked message, or 'all': it is never sent.", null) { Policy = ByEngineerOfAll };

    /// <summary>Gives parked changes to their consumers again.</summary>
    public static readonly ActRoute ReplayParked = new("replay-parked", "POST", "parked/{id}/replay", "Gives a parked change of an alert to the consumer that failed on it again, or 'all'.", null) { Policy = ByEngineerOfAll };

    /// <summary>Forgets parked changes.</summary>
    public static readonly ActRoute DropParked = new("drop-parked", "POST", "parked/{id}/drop", "Forgets a parked change of an alert, or 'all': its consumer is never told.", null) { Policy = ByEngineerOfAll };

    /// <summary>Makes an API token.</summary>
    public static readonly ActRoute CreateToken = new("create-token", "POST", "tokens", "Makes an API token with roles; it is shown this once.", typeof(TokenBody)) { Policy = ByAdminOfAll };

    /// <summary>Takes an API token back.</summary>
    public static readonly ActRoute RevokeToken = new("revoke-token", "POST", "tokens/{id}/revoke", "Takes an API token back, for good.", null) { Policy = ByAdminOfAll };

    /// <summary>Takes a cluster's bearer tokens back.</summary>
    public static readonly ActRoute RevokeClusterTokens = new("revoke-cluster-tokens", "POST", "clusters/{id}/revoke",
        "Takes a cluster's bearer tokens back, for good: all of them, or those that are older than 'older_than'.", typeof(RevokeClusterBody))
    { Policy = AccessPolicy.For(Role.Admin, Recorded.Change) };

    /// <summary>All of them.</summary>
    public static IReadOnlyList<ActRoute> All { get; } = [TriageAlert, TriageAlerts, UndoTriage, MergeIncident, SplitIncident, UndoIncidentEdit, ExceptAlert, EndException, TestRoute, ReplayNotifications, DropNotifications, ReplayParked, DropParked, CreateToken, RevokeToken, RevokeClusterTokens];
}
