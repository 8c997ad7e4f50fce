namespace AuditWatch.Tests.Elasticsearch.Dashboards;

/// <summary>What a panel counts.</summary>
/// <param name="Operation">Lens's name of it.</param>
/// <param name="Field">Of which field.</param>
/// <param name="Label">What the panel calls it.</param>
/// <param name="Percentile">For a percentile: which.</param>
internal sealed record Measure(string Operation, string Field, string Label, int? Percentile = null)
{
    public static Measure Records { get; } = new("count", "___records___", "Events");

    /// <summary>A request has several stages, each an event of its own.</summary>
    public static Measure Requests { get; } = new("unique_count", "kubernetes.audit.auditID", "Requests");

    public static Measure Distinct(string field, string label) => new("unique_count", field, label);

    public static Measure Max(string field, string label) => new("max", field, label);

    /// <summary>The newest value of a date: Lens takes the maximum of numbers only.</summary>
    public static Measure Latest(string field, string label) => new("last_value", field, label);

    public static Measure Average(string field, string label) => new("average", field, label);

    public static Measure Sum(string field, string label) => new("sum", field, label);

    public static Measure PercentileOf(int percentile, string field, string label) => new("percentile", field, label, percentile);
}
