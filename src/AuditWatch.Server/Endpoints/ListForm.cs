namespace AuditWatch.Server.Endpoints;

/// <summary>A list as its users see it: what it can be asked, and what every row has. Told by <c>/openapi/v1.json</c>; a test holds it against what the lists answer.</summary>
/// <param name="Collection">The last part of its path.</param>
/// <param name="RowHas">Members that no row lacks.</param>
/// <param name="Filters">Query parameters beside <c>limit</c> and <c>cursor</c>.</param>
sealed record ListForm(string Collection, string[] RowHas, params FilterForm[] Filters)
{
    static readonly FilterForm Cluster = new("cluster", "Only this cluster."), User = new("user", "The acting user."), Credential = new("credential", "The credential's id."),
        Ip = new("ip", "The client's address."), Namespace = new("namespace", "The object's namespace."),
        Since = new("since", "Not before: RFC 3339, or a duration before now such as 15m, 24h, 7d."), Until = new("until", "Not after; written as 'since'."),
        MinLevel = new("min_level", "This level or above.", "informational", "low", "medium", "high", "critical");

    /// <summary>Every list.</summary>
    public static IReadOnlyList<ListForm> All { get; } =
    [
        new("events", ["event_id", "cluster", "audit_id", "stage", "time", "verb", "user", "segment", "frame", "index"],
            Cluster, new("user", "Authenticated or effective user."), new("verb", "For instance get, create, delete."), new("resource", "For instance secrets, or pods/exec."), Namespace,
            new("name", "The object's name."), Ip, Credential, new("pod", "The caller's pod."), new("audit_id", "Every stage of this audit id."),
            new("stage", "RequestReceived, ResponseStarted, ResponseComplete or Panic."), new("outcome", "How it ended.", "success", "denied", "failure", "unknown"),
            new("code", "HTTP status code.") { IsNumber = true }, new("text", "Part of the request URI or user agent."), new("order", "By time; desc is the default.", "desc", "asc"), Since, Until),
        new("timeline", ["time", "kind", "count", "sentence", "cluster", "user", "audit_ids", "evidence"],
            User, new("pod", "A pod: namespace/name."), Ip, Credential, Namespace, new("container", "A container that Falco saw, by name or id."), Cluster,
            new("around", "The middle of the window; default: the newest event. Written as 'since' elsewhere."), new("window", "Width of the window to either side, such as 15m.")),
        new("alerts", ["alert_id", "time", "cluster", "level", "rule", "sentence", "actor", "verb", "outcome", "audit_ids", "count", "evidence", "matched", "status", "triage"],
            Cluster, MinLevel, new("rule", "A rule's id or name."), new("status", "'open' is all but closed.", "new", "acknowledged", "closed", "reopened", "open"),
            new("resolution", "Closed as.", "true_positive", "benign_expected", "noise", "duplicate"), new("assignee", "Whose it is."), new("unassigned", "Only what is nobody's.", "true", "false"),
            new("tag", "With this tag."), new("incident", "Steps of this incident."), User, Credential, Ip, Namespace, Since, Until),
        new("incidents", ["incident_id", "cluster", "level", "first", "last", "alerts", "edited", "version", "actors", "story"], Cluster, MinLevel, Since, Until),
        new("coverage", ["tactic", "technique", "alerting", "building", "matches", "unknown"], new FilterForm("cluster", "Matches and unknowns of this cluster alone."), new("tactic", "Only this tactic.")),
        new("rules", ["rule", "name", "cluster", "matches", "unknown", "last_match", "mean_ns"], Cluster),
        new("sources", ["source", "type", "cluster", "state", "events", "bytes", "last_received", "lag", "last_error"]),
        new("api-servers", ["cluster", "source", "api_server", "state", "events", "rate", "last_event"], Cluster, new("source", "Only this source."), new("state", "How it stands.", "speaks", "silent", "new")),
        new("clusters", ["cluster", "client_cn", "created"]),
        new("triage-jobs", ["id", "at", "by", "filters", "change", "matched", "changed", "skipped", "state"]),
        new("quarantine", ["id", "reason", "source", "cluster", "received", "bytes"], new FilterForm("reason", "Only this reason."), new("source", "Only this source."), Cluster),
        new("deadletters", ["event_id", "reason", "attempts"]),
        new("exceptions", ["id", "title", "state", "expires", "owner", "reason", "rules", "hidden", "stored_alerts_covered", "file"],
            new FilterForm("state", "Expiring: within 14 days.", "active", "expiring", "expired", "ended"), new FilterForm("review", "Only those that somebody should look at: they end soon, have expired, or hide nothing.", "true", "false")),
        new("routes", ["route", "type", "min_level"]),
        new("notifications", ["id", "route", "state", "alerts", "attempts", "created"], new FilterForm("state", "What became of it.", "waiting", "sent", "parked"), new("route", "Only this route.")),
        new("parked", ["id", "consumer", "alert_id", "version", "failures", "reason", "first", "parked"], new FilterForm("consumer", "Of this consumer.", "index", "notify", "routes", "elasticsearch")),
        new("tokens", ["id", "name", "roles", "state", "created", "expires", "revoked"]),
    ];
}
