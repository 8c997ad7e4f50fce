using AuditWatch.Sigma.Parsing;
using AuditWatch.Testing;

namespace AuditWatch.Sigma.Tests.Conformance;

/// <summary>Reads <c>docs/conformance.md</c>: the page is the suite.</summary>
internal sealed class ConformancePage
{
    const string TestedIn = "tested in `";

    ConformancePage(string[] lines)
    {
        var section = "";
        for (var i = 0; i < lines.Length; i++)
        {
            var line = lines[i];
            if (line.StartsWith("## ", StringComparison.Ordinal)) section = line[3..].Trim();
            else if (line.StartsWith("### ", StringComparison.Ordinal)) Rows.Add(new(section, line[4..].Trim()));
            else if (line.StartsWith(TestedIn, StringComparison.Ordinal)) Rows[^1].TestedIn.AddRange(line.Split('`').Where((_, at) => at % 2 == 1));
            else if (line.StartsWith("    ", StringComparison.Ordinal)) Read(line.Trim(), i + 1);
            else if (line.StartsWith("| ", StringComparison.Ordinal) && line.Split('|') is [_, var head, var rows, _] && head.Trim() != "section")
                Contents.AddRange(rows.Split(',').Select(r => (head.Trim(), r.Trim())));
        }
    }

    /// <summary>Section and row, as the table at the top has them.</summary>
    public List<(string Section, string Row)> Contents { get; } = [];

    public List<ConformanceRow> Rows { get; } = [];

    public static ConformancePage Instance { get; } = new(File.ReadAllLines(Path.Combine(Checkout.Root, "docs", "conformance.md")));

    void Read(string line, int number)
    {
        var (word, rest) = Cut(line, " ");
        switch (word)
        {
            case "list":
                var (name, entries) = Cut(rest, ":");
                Rows[^1].Lists[name] = [.. entries.Trim('[', ']', ' ').Split(',').Select(e => e.Trim(' ', '\''))];
                return;
            case "filter":
                var (body, source) = Cut(rest, " for ");
                var text = $"title: Site {Rows[^1].Filters.Count}\nlogsource: {(source.Length == 0 ? "{product: kubernetes}" : source)}\nfilter: {body}\n";
                Rows[^1].Filters.Add(Assert.IsType<SigmaFilter>(Assert.Single(SigmaParser.Parse(text, "site.yml").Documents)));
                return;
            case "refused" or "warned":
                var (code, detection) = Cut(rest, " ");
                Rows[^1].Cases.Add(new(number, word + " " + code, detection, "{}", []));
                return;
            case "true" or "false" or "unknown":
                var (asked, answered) = Cut(rest, "<-");
                var (json, unseen) = Cut(answered, " unseen ");
                Assert.True(json.Length > 0, $"Line {number} has no event.");
                Rows[^1].Cases.Add(new(number, word, asked, json, unseen.Split(' ', StringSplitOptions.RemoveEmptyEntries)));
                return;
            default:
                Assert.Fail($"Line {number} is no case: {line}");
                return;
        }
    }

    static (string Before, string After) Cut(string text, string at) =>
        text.IndexOf(at, StringComparison.Ordinal) is >= 0 and var found ? (text[..found].Trim(), text[(found + at.Length)..].Trim()) : (text.Trim(), "");
}
