using AuditWatch.Detection.Coverage;
using AuditWatch.Testing;

namespace AuditWatch.Scenarios;

/// <summary>docs/detections/containers-matrix.md: every technique of the Containers matrix is carried by a detection that alerts, or has its reason in gaps.md.</summary>
public sealed class ContainersMatrixTests
{
    // What the matrix holds; a technique may not be dropped from the page.
    const string Matrix =
        "T1036 T1036.005 T1036.010 T1046 T1053 T1053.007 T1068 T1069 T1070 T1078 T1078.001 T1078.003 T1098 T1098.006 T1110 T1110.001 T1110.003 T1110.004 T1133 T1136 T1136.001 T1190 T1204 T1204.003 "
        + "T1485 T1490 T1496 T1496.001 T1496.002 T1498 T1499 T1525 T1528 T1543 T1543.005 T1550 T1550.001 T1552 T1552.001 T1552.007 T1562 T1562.001 T1609 T1610 T1611 T1612 T1613";

    [Fact]
    public void The_page_has_every_technique_once() => Assert.Equal(Matrix.Split(' '), Rows().Select(r => r.Technique).Order(StringComparer.Ordinal));

    [Fact]
    public void What_is_called_told_has_a_detection_that_alerts_and_what_is_not_has_its_reason()
    {
        var alerting = Alerting();
        var gaps = CatalogueTests.GapTitles();
        Assert.All(Rows(), row =>
        {
            if (row.Told == "told") Assert.True(alerting.Any(t => t == row.Technique || t.StartsWith(row.Technique + ".", StringComparison.Ordinal)), row.Technique + " is called told; no detection that alerts has its tag");
            else
            {
                Assert.StartsWith("not told: ", row.Told, StringComparison.Ordinal);
                Assert.Contains(row.Told["not told: ".Length..], gaps);
                Assert.DoesNotContain(row.Technique, alerting);
            }
        });
    }

    static HashSet<string> Alerting() => [.. AttackCoverage.Of(Replay.Rules).Techniques.Where(t => t.Alerting.Count > 0).Select(t => t.Technique)];

    static IEnumerable<(string Technique, string Told)> Rows() =>
        File.ReadLines(Path.Combine(Checkout.Root, "docs", "detections", "containers-matrix.md")).Where(l => l.StartsWith("| T1", StringComparison.Ordinal)).Select(l => l.Split(" | ")).Select(c => (c[0][2..], c[3].TrimEnd(' ', '|')));
}
