using System.Text.RegularExpressions;
using AuditWatch.Testing;
using NRules.Fluent;

namespace AuditWatch.Scenarios;

/// <summary>docs/detections/catalogue.md: every behaviour that we set out to tell has a document that is shipped, or a line in gaps.md.</summary>
public sealed partial class CatalogueTests
{
    static readonly string Docs = Path.Combine(Checkout.Root, "docs", "detections");

    // How many ids each family has; the catalogue may not lose one.
    static readonly (string Family, int Count)[] Families =
    [
        ("AW-IA", 18), ("AW-EX", 18), ("AW-PE", 13), ("AW-PV", 29), ("AW-DE", 4), ("AW-CA", 16), ("AW-DI", 6), ("AW-IM", 4), ("AW-AC", 18), ("AW-C", 20), ("AW-N", 84),
    ];

    static readonly string[] Vulnerabilities =
    [
        "CVE-2017-1002101", "CVE-2018-1002105", "CVE-2019-11247", "CVE-2020-8554", "CVE-2020-8559", "CVE-2021-25735", "CVE-2021-25740", "CVE-2021-25741", "CVE-2021-25742", "CVE-2021-25745", "CVE-2021-25746",
        "CVE-2021-30465", "CVE-2022-3172", "CVE-2022-3294", "CVE-2022-4886", "CVE-2023-2431", "CVE-2023-2727", "CVE-2023-2728", "CVE-2023-3676", "CVE-2023-3893", "CVE-2023-3955", "CVE-2023-5043", "CVE-2023-5044",
        "CVE-2023-5528", "CVE-2024-10220", "CVE-2024-3177", "CVE-2024-9042", "CVE-2025-1097", "CVE-2025-1098", "CVE-2025-15566", "CVE-2025-1767", "CVE-2025-1974", "CVE-2025-24514", "CVE-2025-4563", "CVE-2025-5187",
    ];

    [Fact]
    public void Every_id_is_there_once()
    {
        var ids = Rows().Select(r => r.Id).ToList();
        var wanted = Families.SelectMany(f => Enumerable.Range(1, f.Count).Select(n => $"{f.Family}-{n:00}")).Concat(Vulnerabilities).ToList();
        Assert.Equal(wanted.Order(StringComparer.Ordinal), ids.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Every_row_names_shipped_documents_or_a_line_of_the_gaps()
    {
        var shipped = Shipped();
        var gaps = GapTitles();
        var faults = new List<string>();
        foreach (var (id, told) in Rows())
        {
            if (told.StartsWith("not told: ", StringComparison.Ordinal))
            {
                if (!gaps.Contains(told["not told: ".Length..])) faults.Add($"{id}: gaps.md has no line '{told["not told: ".Length..]}'");
                continue;
            }

            var names = Link().Matches(told).Select(m => m.Groups[1].Value).ToList();
            if (names.Count == 0) faults.Add($"{id}: names nothing");
            faults.AddRange(names.Where(n => !shipped.Contains(n)).Select(n => $"{id}: {n} is not shipped"));
        }

        Assert.True(faults.Count == 0, string.Join('\n', faults));
    }

    internal static HashSet<string> GapTitles() =>
        [.. File.ReadLines(Path.Combine(Docs, "gaps.md")).Where(l => l.StartsWith("| ", StringComparison.Ordinal)).Select(l => l.Split(" | ")[0][2..].Trim())];

    static HashSet<string> Shipped() =>
        [.. Replay.Rules.Documents.Select(d => d.Name), .. Replay.Rules.Correlations.All.Select(c => c.Identity.Name), .. Replay.Rules.Chains.Rules.Select(c => c.Name),
            // Facts about sources and other products' alerts are judged by rules of their own.
            .. new[] { "health", "falco" }.SelectMany(f => Directory.EnumerateFiles(Path.Combine(Checkout.Root, "detections", f), "*.yml")).Select(f => Path.GetFileNameWithoutExtension(f))];

    static IEnumerable<(string Id, string Told)> Rows() =>
        File.ReadLines(Path.Combine(Docs, "catalogue.md")).Where(l => l.StartsWith("| AW-", StringComparison.Ordinal) || l.StartsWith("| CVE-", StringComparison.Ordinal)).Select(l => l.Split(" | ")).Select(c => (c[0][2..], c[2].TrimEnd(' ', '|')));

    [GeneratedRegex(@"\[([a-z0-9-]+)\]\(")]
    private static partial Regex Link();
}
