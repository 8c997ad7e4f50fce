namespace AuditWatch.Tests.Elasticsearch.Dashboards;

/// <summary>A data view, what its fields are called and how their values are shown.</summary>
internal sealed record DataView(string Id, string Pattern, string Name)
{
    public const string Audit = "auditwatch-audit";
    public const string Alerts = "auditwatch-alerts";
    public const string Triage = "auditwatch-triage";

    /// <summary>What a field is called instead of its name.</summary>
    public IReadOnlyDictionary<string, string> Labels { get; init; } = new Dictionary<string, string>();

    /// <summary>Where the values of a field lead; {{value}} is the value.</summary>
    public IReadOnlyDictionary<string, string> Links { get; init; } = new Dictionary<string, string>();

    /// <summary>Fields that hold nanoseconds.</summary>
    public IReadOnlyList<string> Durations { get; init; } = [];

    /// <summary>Fields that hold whole numbers without thousands, such as status codes.</summary>
    public IReadOnlyList<string> Codes { get; init; } = [];

    public string? TimeField { get; init; } = "@timestamp";
}
