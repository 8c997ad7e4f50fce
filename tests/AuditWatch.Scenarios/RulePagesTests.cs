using AuditWatch.Testing;

namespace AuditWatch.Scenarios;

public sealed class RulePagesTests
{
    static readonly string Folder = Path.Combine(Checkout.Root, "docs", "detections");

    [Fact]
    public void Every_rule_and_chain_has_a_page_that_says_what_it_is_and_the_index_names_them_all()
    {
        var pages = RulePages.All();
        if (Environment.GetEnvironmentVariable("AUDITWATCH_UPDATE") == "1") Write(pages);
        var stale = pages.Where(p => !File.Exists(Path.Combine(Folder, p.Key)) || File.ReadAllText(Path.Combine(Folder, p.Key)) != p.Value).Select(p => p.Key)
            .Concat(Written().Where(f => !pages.ContainsKey(f))).ToList();
        Assert.True(stale.Count == 0, $"Stale below docs/detections: {string.Join(", ", stale.Take(10))}. Run this test once with AUDITWATCH_UPDATE=1, look at what changed, and commit it.");
    }

    [Fact]
    public void What_pages_link_to_is_there()
    {
        foreach (var page in Written())
            foreach (System.Text.RegularExpressions.Match link in System.Text.RegularExpressions.Regex.Matches(File.ReadAllText(Path.Combine(Folder, page)), @"\]\(([^)#]+)\)"))
                Assert.True(File.Exists(Path.Combine(Folder, Path.GetDirectoryName(page)!, link.Groups[1].Value)), $"{page} links to {link.Groups[1].Value}, which is not there.");
    }

    static void Write(IReadOnlyDictionary<string, string> pages)
    {
        Directory.CreateDirectory(Path.Combine(Folder, "rules"));
        foreach (var old in Written().Where(f => !pages.ContainsKey(f))) File.Delete(Path.Combine(Folder, old));
        foreach (var (name, text) in pages) File.WriteAllText(Path.Combine(Folder, name), text);
    }

    static IEnumerable<string> Written() =>
        (Directory.Exists(Path.Combine(Folder, "rules")) ? Directory.EnumerateFiles(Path.Combine(Folder, "rules"), "*.md").Select(f => "rules/" + Path.GetFileName(f)) : []).Append("index.md").Where(f => File.Exists(Path.Combine(Folder, f)));
}
