using System.Globalization;
using System.Text.RegularExpressions;
using AuditWatch.Sigma.Parsing;
using AuditWatch.Testing;

namespace AuditWatch.Detection.Tests.Conformance;

/// <summary>Runs <c>docs/conformance-correlations.md</c>: every line of every row, through the whole of detection.</summary>
public sealed partial class CorrelationRows
{
    static readonly string[] s_lines = File.ReadAllLines(Path.Combine(Checkout.Root, "docs", "conformance-correlations.md"));

    public static TheoryData<string> Rows() => [.. s_lines.Where(l => l.StartsWith("### ", StringComparison.Ordinal)).Select(l => l[4..])];

    [Theory]
    [MemberData(nameof(Rows))]
    public void Every_line_of_the_row_holds(string row)
    {
        var (correlation, inner, extensions) = ("", "", "");
        var seen = new HashSet<string>();
        foreach (var line in s_lines.SkipWhile(l => l != "### " + row).Skip(1).TakeWhile(l => !l.StartsWith('#')).Where(l => l.StartsWith("    ", StringComparison.Ordinal)))
        {
            var (word, rest) = (line.Trim().Split(' ')[0], line.Trim()[line.Trim().Split(' ')[0].Length..].Trim());
            seen.Add(word);
            switch (word)
            {
                case "correlation": correlation = rest; break;
                case "inner": inner = rest; break;
                case "auditwatch": extensions = rest; break;
                case "refused": Assert.Contains(Load(correlation, inner, extensions).Problems, p => p.Code == rest && p.Rule == "correlated" && p.Line > 0); break;
                case "silent": Assert.True(Alerts(correlation, inner, extensions, rest).Correlated == 0, line); break;
                case "fires": Assert.True(Alerts(correlation, inner, extensions, After(rest)).Correlated == Number(rest), line); break;
                case "members": Assert.True(Alerts(correlation, inner, extensions, After(rest)).Members == Number(rest), line); break;
                default: Assert.Fail($"'{word}' is no word of a row."); break;
            }
        }

        Assert.True(seen.Contains("refused") || (seen.Contains("fires") && seen.Contains("silent")), "A row needs a case that fires and one that stays silent.");
    }

    [Fact]
    public void The_table_names_the_rows_that_there_are_and_no_others()
    {
        var named = s_lines.Where(l => l.StartsWith("| ", StringComparison.Ordinal) && !l.StartsWith("| section", StringComparison.Ordinal)).SelectMany(l => l.Split('|')[2].Split(',', StringSplitOptions.TrimEntries));
        Assert.Equal(named, Rows().Select(r => r.Data));
    }

    static (int Correlated, int Members) Alerts(string correlation, string inner, string extensions, string requests)
    {
        using var folder = Load(correlation, inner, extensions);
        Assert.DoesNotContain(folder.Problems, p => p.Severity == ProblemSeverity.Error);
        var lab = new Lab(folder.Load()).Run([.. requests.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(Asked)]);
        return (lab.Of("correlated").Count, lab.Alerts.Count(a => a.Rule.Name is "a" or "b" or "c"));
    }

    static RuleFolder Load(string correlation, string inner, string extensions)
    {
        var folder = new RuleFolder().Add("correlated.yml", $"title: Correlated\nname: correlated\nid: 00000000-0000-4000-8000-0000000000c1\nlevel: high\ncorrelation: {correlation}\n{(extensions.Length > 0 ? $"auditwatch: {extensions}\n" : "")}");
        if (inner.Length > 0) folder.Add("inner.yml", $"title: Inner\nname: inner\ncorrelation: {inner}\nauditwatch: {{alert: false}}\n");
        foreach (var (name, verb) in new[] { ("a", "get"), ("b", "list"), ("c", "delete"), ("d", "get") })
            folder.Add(name + ".yml", $"title: Of {name}\nname: {name}\nlogsource: {{product: kubernetes, service: audit}}\ndetection: {{selection: {{objectRef.resource: secrets, verb: {verb}}}, condition: selection}}\n{(name == "d" ? "auditwatch: {alert: false}\n" : "")}");
        folder.Load();
        return folder;
    }

    static An Asked(string request, int number)
    {
        var m = Request().Match(request);
        Assert.True(m.Success, $"'{request}' is no request.");
        var at = double.Parse(m.Groups["at"].Value, CultureInfo.InvariantCulture);
        var e = new An { Id = $"{number}-{request}", User = Or("user", "alice"), Name = Or("name", "n"), Namespace = Or("namespace", "prod"), Code = int.Parse(Or("code", "200"), CultureInfo.InvariantCulture), At = at };
        return m.Groups["verb"].Value switch { "a" => e with { Verb = "get" }, "b" => e with { Verb = "list" }, "c" => e with { Verb = "delete" }, _ => e with { Resource = "pods" } };

        string Or(string group, string otherwise) => m.Groups[group] is { Success: true } g ? g.Value : otherwise;
    }

    static int Number(string rest) => int.Parse(rest.Split(' ')[0], CultureInfo.InvariantCulture);

    static string After(string rest) => rest[rest.IndexOf(' ', StringComparison.Ordinal)..];

    [GeneratedRegex(@"^((?<user>\w+):)?(?<verb>[abct])(?<at>\d+(\.\d+)?)(/(?<name>\w+))?(@(?<namespace>\w+))?(=(?<code>\d+))?$", RegexOptions.ExplicitCapture)]
    private static partial Regex Request();
}
