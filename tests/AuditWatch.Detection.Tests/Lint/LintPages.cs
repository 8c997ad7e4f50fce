using System.Text.RegularExpressions;

namespace AuditWatch.Detection.Tests.Lint;

/// <summary>Every code has a page, and what the page shows is what the linter does.</summary>
public sealed partial class LintPages
{
    static readonly string Root = FindRoot();

    public static TheoryData<string> Codes => [.. Directory.EnumerateFiles(Path.Combine(Root, "docs", "rules"), "AW*.md").Select(f => Path.GetFileNameWithoutExtension(f)).Order(StringComparer.Ordinal)];

    [Fact]
    public void Every_code_that_the_program_can_say_has_a_page_and_no_page_is_about_another()
    {
        var said = new[] { "AuditWatch.Sigma", "AuditWatch.Detection" }
            .SelectMany(p => Directory.EnumerateFiles(Path.Combine(Root, "src", p), "*.cs", SearchOption.AllDirectories))
            .Where(f => !f.Contains(Path.DirectorySeparatorChar + "obj" + Path.DirectorySeparatorChar))
            .SelectMany(f => Quoted().Matches(File.ReadAllText(f)).Select(m => m.Groups[1].Value)).Distinct().Order(StringComparer.Ordinal);
        Assert.Equal(said, Codes.Select(row => row.Data));
    }

    [Fact]
    public void The_list_of_codes_says_what_the_pages_say()
    {
        var rows = Codes.Select(row => row.Data).Select(code =>
        {
            var lines = File.ReadAllLines(PageOf(code));
            return $"| [{code}](rules/{code}.md) | {lines[2]["Level: ".Length..]} | {lines[0][$"# {code}: ".Length..]} |";
        });
        var list = File.ReadAllLines(Path.Combine(Root, "docs", "rules.md")).Where(l => l.StartsWith("| [AW", StringComparison.Ordinal));
        Assert.Equal(rows, list);
    }

    [Theory]
    [MemberData(nameof(Codes))]
    public void What_a_page_calls_wrong_is_found_and_what_it_calls_right_is_not(string code)
    {
        var page = File.ReadAllText(PageOf(code));
        if (Example(page, "Wrong") is { } wrong)
        {
            var found = RuleFolder.Findings(wrong).Where(f => f.Code == code).ToList();
            Assert.True(found.Count > 0, $"Found {string.Join(", ", RuleFolder.Findings(wrong).Select(f => f.Code + " " + f.Message))} instead.");
            Assert.StartsWith("Level: " + found[0].Severity.ToString().ToLowerInvariant(), page.Split('\n')[2], StringComparison.Ordinal);
        }

        if (Example(page, "Right") is { } right) Assert.Empty(RuleFolder.Findings(right).Where(f => f.Code is not ("AW2036" or "AW2040")).Select(f => f.Code + " " + f.Message));
    }

    static string PageOf(string code) => Path.Combine(Root, "docs", "rules", code + ".md");

    static string? Example(string page, string heading)
    {
        var at = page.IndexOf($"## {heading}\n\n```yaml\n", StringComparison.Ordinal);
        if (at < 0) return null;
        var begin = page.IndexOf("```yaml\n", at, StringComparison.Ordinal) + 8;
        return page[begin..page.IndexOf("\n```", begin, StringComparison.Ordinal)] + "\n";
    }

    static string FindRoot()
    {
        for (var dir = new DirectoryInfo(AppContext.BaseDirectory); dir is not null; dir = dir.Parent)
            if (File.Exists(Path.Combine(dir.FullName, "docs", "rules.md"))) return dir.FullName;
        throw new InvalidOperationException("The repository was not found above the tests.");
    }

    [GeneratedRegex("\"(AW[0-9]{4})\"")]
    private static partial Regex Quoted();
}
