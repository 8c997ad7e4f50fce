using AuditWatch.Sigma.Parsing;

namespace AuditWatch.Sigma.Tests.Conformance;

/// <summary>One row of the language with its cases, or with the tests elsewhere that it has.</summary>
internal sealed record ConformanceRow(string Section, string Name)
{
    public List<ConformanceCase> Cases { get; } = [];

    public List<string> TestedIn { get; } = [];

    public Dictionary<string, string[]> Lists { get; } = new(StringComparer.Ordinal);

    public List<SigmaFilter> Filters { get; } = [];

    public IEnumerable<string> Faults => Cases.Select(c => c.Check(new Lists(Lists), Filters)).OfType<string>();
}
