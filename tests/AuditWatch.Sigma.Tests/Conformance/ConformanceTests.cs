using AuditWatch.Sigma.Parsing;
using AuditWatch.Testing;

namespace AuditWatch.Sigma.Tests.Conformance;

/// <summary>Runs the page <c>docs/conformance.md</c>, and holds it to saying something of every row.</summary>
public sealed class ConformanceTests
{
    static readonly ConformancePage Page = ConformancePage.Instance;

    public static TheoryData<string, string> Rows
    {
        get
        {
            var rows = new TheoryData<string, string>();
            foreach (var row in Page.Rows) rows.Add(row.Section, row.Name);
            return rows;
        }
    }

    [Theory]
    [MemberData(nameof(Rows))]
    public void Row(string section, string row)
    {
        var found = Page.Rows.Single(r => r.Section == section && r.Name == row);
        Assert.Empty(found.Faults);
        // A row that only ever holds, or never does, says nothing.
        if (found.TestedIn.Count == 0) Assert.All(["true", "false"], e => Assert.Contains(found.Cases, c => c.Expected == e));
    }

    [Fact]
    public void The_contents_name_every_row_and_every_row_that_they_name_is_there() =>
        Assert.Equal(Page.Contents, Page.Rows.Select(r => (r.Section, r.Name)));

    [Fact]
    public void Every_modifier_has_a_row()
    {
        var rows = Page.Rows.Where(r => r.Section == "modifiers").Select(r => r.Name).ToHashSet(StringComparer.Ordinal);
        Assert.All(Modifiers.All.Concat(["ignorecase", "multiline", "dotall"]), m => Assert.Contains(m, rows));
        Assert.All(rows.Where(r => !r.Contains(' ', StringComparison.Ordinal) && r != "chaining"), m => Assert.NotNull(Modifiers.Canonical(m)));
    }

    [Fact]
    public void Rows_that_other_tests_have_name_tests_that_exist() =>
        Assert.All(Page.Rows.SelectMany(r => r.TestedIn), t => Assert.True(Path.Exists(Path.Combine(Checkout.Root, t)), t));

    [Fact]
    public void A_case_that_does_not_hold_is_noticed()
    {
        var wrong = new ConformanceCase(1, "true", "f: x", """{"f":"y"}""", []);
        Assert.Equal("""line 1: false instead of true: f: x <- {"f":"y"}""", wrong.Check(Rules_, []));
        Assert.NotNull((wrong with { Expected = "refused AW1200" }).Check(Rules_, []));
        Assert.NotNull((wrong with { Expected = "warned AW1210" }).Check(Rules_, []));
        Assert.NotNull((wrong with { Expected = "unknown" }).Check(Rules_, []));
    }

    static Lists Rules_ => Sigma.Tests.Rules.NoLists;
}
