namespace AuditWatch.Server.Notifications;

/// <summary>Whom to tell of which alerts, and how.</summary>
public sealed record RouteConfig
{
    /// <summary>Its name.</summary>
    public required string Name { get; init; }
    /// <summary>slack, teams, pagerduty, email, webhook, syslog.</summary>
    public required string Type { get; init; }
    /// <summary>This level or a graver one.</summary>
    public string MinLevel { get; init; } = "high";
    /// <summary>Only of these clusters; empty: all.</summary>
    public IReadOnlyList<string> Clusters { get; init; } = [];
    /// <summary>Only on objects in these namespaces; empty: all.</summary>
    public IReadOnlyList<string> Namespaces { get; init; } = [];
    /// <summary>Only of rules with one of these tactics; empty: all.</summary>
    public IReadOnlyList<string> Tactics { get; init; } = [];
    /// <summary>At most one message in this time: what comes meanwhile is one message with a count. Default 1 min.</summary>
    public TimeSpan Every { get; init; } = TimeSpan.FromMinutes(1);
    /// <summary>How an alert reads, with {placeholders}.</summary>
    public string Line { get; init; } = MessageTemplate.Default;
    /// <summary>What the type needs: url, url_file, secret_file, key_file, host, port, …</summary>
    public IReadOnlyDictionary<string, string> Settings { get; init; } = new Dictionary<string, string>();
}
