using System.Text.RegularExpressions;
using AuditWatch.Detection.Testing;
using AuditWatch.Sigma.Parsing;
using AuditWatch.Testing;

namespace AuditWatch.Scenarios;

/// <summary>docs/detections/forms.md: a rule fires in every form in which its behaviour can reach the log, or the page says why it does not.</summary>
public sealed partial class FormsTests
{
    static readonly string[] Shapes = ["native", "aks", "eks", "gke"], Transports = ["post", "websocket"], Writes = ["create", "apply", "json-patch", "merge-patch"];

    [Fact]
    public void Every_rule_fires_in_every_form_or_the_page_says_why_not()
    {
        var missing = Replay.Rules.Documents.SelectMany(Missing).Order(StringComparer.Ordinal).ToList();
        var said = Rows().Select(r => r.Rule + " " + r.Form).Order(StringComparer.Ordinal).ToList();
        Assert.True(missing.SequenceEqual(said), "Without a firing case and without a line on the page: " + string.Join(", ", missing.Except(said)) + "\nOn the page, and not missing: " + string.Join(", ", said.Except(missing)));
    }

    [Fact]
    public void What_the_page_calls_unknown_has_a_case_that_says_so()
    {
        var cases = Replay.Rules.Documents.ToDictionary(r => r.Name, r => Cases(r).Where(c => c.Expect == "unknown").ToList(), StringComparer.Ordinal);
        Assert.All(Rows(), row =>
        {
            Assert.True(row.Says is "unknown" or "silent" && row.Reason.Length > 10, $"{row.Rule}, {row.Form}: '{row.Says}' is not unknown or silent, or there is no reason.");
            if (row.Says == "unknown") Assert.Contains(cases[row.Rule], c => c.Matrix.Values.Any(v => v.Contains(row.Form)));
        });
    }

    static IEnumerable<string> Missing(SigmaDocument rule)
    {
        var firing = Cases(rule).Where(c => c.Expect == "fire").ToList();
        HashSet<string> told = [.. firing.SelectMany(c => c.Matrix.Values.SelectMany(v => v))];
        // A case without shapes is one of the API server's own log.
        if (firing.Any(c => !c.Matrix.ContainsKey("shape"))) told.Add("native");
        return Wanted(File.ReadAllText(rule.File)).Where(f => !told.Contains(f)).Select(f => rule.Name + " " + f);
    }

    static IEnumerable<string> Wanted(string rule)
    {
        var detection = rule[rule.IndexOf("\ndetection:", StringComparison.Ordinal)..rule.IndexOf("\nfalsepositives:", StringComparison.Ordinal)];
        foreach (var shape in Shapes) yield return shape;
        if (Streams().IsMatch(detection))
            foreach (var transport in Transports) yield return transport;
        if (!Body().IsMatch(detection) || !Written().IsMatch(detection)) yield break;
        foreach (var write in Writes) yield return write;
    }

    static IReadOnlyList<RuleTestCase> Cases(SigmaDocument rule) => [.. RuleTestFile.Read(Path.ChangeExtension(rule.File, ".tests.yml"), []).Where(c => c.Rule == rule.Id)];

    static IEnumerable<(string Rule, string Form, string Says, string Reason)> Rows() =>
        File.ReadLines(Path.Combine(Checkout.Root, "docs", "detections", "forms.md")).Where(l => l.StartsWith("| ", StringComparison.Ordinal)).Skip(1)
            .Select(l => l.Trim('|', ' ').Split(" | ")).SelectMany(c => c[1].Split(", ").Select(form => (c[0], form, c[2], c[3])));

    [GeneratedRegex(@"objectRef\.subresource: .*\b(exec|attach|portforward)\b")]
    private static partial Regex Streams();

    [GeneratedRegex(@"requestObject|responseObject|aw\.pod|aw\.role|aw\.binding|aw\.csr")]
    private static partial Regex Body();

    [GeneratedRegex(@"verb: .*\b(create|update|patch)\b|aw\.is_create")]
    private static partial Regex Written();
}
