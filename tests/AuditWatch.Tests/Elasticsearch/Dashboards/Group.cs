namespace AuditWatch.Tests.Elasticsearch.Dashboards;

/// <summary>By what a panel splits: the values of a field, or questions that are asked of every event.</summary>
/// <param name="Field">The field; empty for questions.</param>
/// <param name="Label">What the panel calls it.</param>
/// <param name="Size">How many values at most.</param>
internal sealed record Group(string Field, string Label, int Size = 20)
{
    /// <summary>Name and KQL of each question.</summary>
    public IReadOnlyList<(string Name, string Where)> Questions { get; init; } = [];

    public static Group Of(string field, string label, int size = 20) => new(field, label, size);

    public static Group Asking(string label, params (string Name, string Where)[] questions) => new("", label) { Questions = questions };
}
