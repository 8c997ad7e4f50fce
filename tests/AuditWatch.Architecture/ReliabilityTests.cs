using System.Text.RegularExpressions;
using Xunit;

namespace AuditWatch.Architecture;

/// <summary>The table of sources and faults names, in each cell, a test that exists or the reason why the fault does not.</summary>
public sealed partial class ReliabilityTests
{
    static readonly string[] Faults =
    [
        "kill -9", "disk full", "broker gone", "rebalance", "rotation mid-write", "slow consumer", "hostile payload", "credential rotated", "retention overtook us", "made anew under our place",
    ];

    static readonly string[] Sources = ["webhook", "Kafka", "Event Hubs", "file", "Falco, Firehose, Pub/Sub"];

    readonly string _page = Repository.Read("docs/reliability.md");

    // Class with its folder, and what its methods are called.
    readonly Dictionary<string, string> _tests = Repository.Files("tests", "*Tests.cs").Concat(Repository.Files("tests", "JournalContract.cs"))
        .ToDictionary(path => path[..^3], Repository.Read);

    [Fact]
    public void Every_source_and_every_fault_is_in_the_table()
    {
        var rows = Rows();
        Assert.Equal(Sources, rows[0][1..]);
        foreach (var fault in Faults) Assert.Single(rows.Skip(1), row => row[0].StartsWith(fault, StringComparison.Ordinal));
        Assert.All(rows, row => Assert.Equal(Sources.Length + 1, row.Count));
    }

    [Fact]
    public void Each_cell_names_a_test_or_says_why_the_fault_does_not_apply()
    {
        var open = Rows().Skip(1).SelectMany(row => row.Skip(1).Zip(Sources, (cell, source) => (Cell: cell, Source: source)).Where(c => !Named().IsMatch(c.Cell) && !Reason().IsMatch(c.Cell))
            .Select(c => $"{row[0]}, {c.Source}: '{c.Cell}'"));
        Assert.Empty(open);
    }

    [Fact]
    public void Every_test_that_the_page_names_exists()
    {
        var named = Named().Matches(_page).ToList();
        Assert.True(named.Count >= 40, $"docs/reliability.md names only {named.Count} tests.");
        Assert.Empty(named.Where(n => !Exists(n.Groups["class"].Value, n.Groups["method"].Value)).Select(n => n.Value));
    }

    List<List<string>> Rows() =>
        [.. _page.Split('\n').SkipWhile(l => !l.StartsWith("| fault |", StringComparison.Ordinal)).TakeWhile(l => l.StartsWith('|')).Where((_, i) => i != 1)
            .Select(l => l.Trim().Trim('|').Split('|').Select(c => c.Trim()).ToList())];

    // A name may stop at an ellipsis.
    bool Exists(string test, string method) => _tests.Where(t => ("/" + t.Key).EndsWith("/" + test, StringComparison.Ordinal)).ToList() is [var (_, text)]
        && (method.Length == 0 || Regex.IsMatch(text, $@"public (async )?(Task|void) {Regex.Escape(method.TrimEnd('…'))}{(method.EndsWith('…') ? "" : @"\(")}"));

    [GeneratedRegex(@"`(?<class>(?:[A-Z][A-Za-z]*/)*[A-Z][A-Za-z]*(?:Tests|JournalContract))(?:\.(?<method>[A-Z][A-Za-z0-9_]*…?))?`")]
    private static partial Regex Named();

    [GeneratedRegex("^does not apply: .{20,}")]
    private static partial Regex Reason();
}
