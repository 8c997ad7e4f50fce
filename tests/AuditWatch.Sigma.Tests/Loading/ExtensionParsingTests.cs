using AuditWatch.Sigma.Extensions;
using AuditWatch.Sigma.Parsing;

namespace AuditWatch.Sigma.Tests.Loading;

public sealed class ExtensionParsingTests
{
    const string Rule = "title: T\nlogsource: {product: x}\ndetection: {s: {a: 1}, condition: s}\n";
    const string First = "title: T\ncorrelation: {type: event_count, rules: [a], group-by: [user, ip], timespan: 30d, condition: {eq: 1}}\n";

    static SigmaParseResult Parse(string document, string block) => SigmaParser.Parse(document + "auditwatch: " + block + "\n", "t.yml");

    static SigmaExtensions Good(string document, string block)
    {
        var parsed = Parse(document, block);
        Assert.DoesNotContain(parsed.Problems, p => p.Severity == ProblemSeverity.Error);
        return Assert.Single(parsed.Documents).Extensions;
    }

    [Fact]
    public void Suppression_of_a_rule_and_of_a_correlation()
    {
        var rule = Good(Rule, "{suppress: {by: [user, ns], for: 24h}}").Suppress!;
        Assert.Equal(["user", "ns"], rule.By);
        Assert.Equal(TimeSpan.FromHours(24), rule.For);
        Assert.Equal(["user", "ip"], Good(First, "{suppress: {for: 1d}}").Suppress!.By);
        Assert.Equal(["ip"], Good(First, "{suppress: {by: ip, for: 1d}}").Suppress!.By);
    }

    [Fact]
    public void First_seen_with_learning_by_time_number_and_scope()
    {
        var first = Good(First, "{first_seen: {learning: 7d, events: 1000, per: user}}").FirstSeen!;
        Assert.Equal((TimeSpan.FromDays(7), 1000), (first.Learning, first.Events));
        Assert.Equal(["user"], first.Per);
        Assert.Empty(Good(First, "{first_seen: {learning: 7d}}").FirstSeen!.Per);
    }

    [Fact]
    public void What_means_something_else_has_another_canonical_text()
    {
        string[] texts = [.. new[] { "{first_seen: {learning: 7d}}", "{first_seen: {learning: 8d}}", "{first_seen: {learning: 7d, per: user}}", "{suppress: {for: 1h}}", "{suppress: {by: ip, for: 1h}}", "{alert: false}" }.Select(b => Good(First, b).Canonical)];
        Assert.Equal(texts.Length, texts.Distinct().Count());
        Assert.Equal("", texts[^1]);
    }

    [Theory]
    [InlineData(Rule, "{alrt: false}", "AW1013")]
    [InlineData(Rule, "[alert]", "AW1007")]
    [InlineData(Rule, "{first_seen: {learning: 7d}}", "AW1013")]
    [InlineData(Rule, "{suppress: {for: 1h}}", "AW1306")]
    [InlineData(Rule, "{suppress: {by: [a, b, c, d, e, f], for: 1h}}", "AW1306")]
    [InlineData(Rule, "{suppress: {by: a}}", "AW1302")]
    [InlineData(Rule, "{suppress: {by: a, for: ever}}", "AW1302")]
    [InlineData(Rule, "{suppress: {by: a, for: 1h, key: b}}", "AW1013")]
    [InlineData(Rule, "{suppress: 1h}", "AW1007")]
    [InlineData(First, "{suppress: {by: other, for: 1h}}", "AW1306")]
    [InlineData(First, "{first_seen: {}}", "AW1302")]
    [InlineData(First, "{first_seen: {learning: 30d}}", "AW1306")]
    [InlineData(First, "{first_seen: {learning: 7d, events: none}}", "AW1010")]
    [InlineData(First, "{first_seen: {learning: 7d, per: other}}", "AW1306")]
    [InlineData(First, "{first_seen: {learning: 7d, per: [user, ip]}}", "AW1306")]
    [InlineData("title: T\ncorrelation: {type: event_count, rules: [a], timespan: 30d, condition: {eq: 1}}\n", "{first_seen: {learning: 7d}}", "AW1306")]
    [InlineData("title: T\ncorrelation: {type: event_count, rules: [a], group-by: [b], timespan: 30d, condition: {gte: 1}}\n", "{first_seen: {learning: 7d}}", "AW1306")]
    [InlineData("title: T\ncorrelation: {type: event_count, rules: [a], group-by: [b, c, d, e], timespan: 30d, condition: {eq: 1}}\n", "{first_seen: {learning: 7d}}", "AW1306")]
    [InlineData("title: T\nlogsource: {product: x}\nfilter: {rules: any, s: {a: 1}, condition: s}\n", "{suppress: {by: a, for: 1h}}", "AW1013")]
    public void What_cannot_be_meant_is_refused_with_its_place(string document, string block, string code)
    {
        var parsed = Parse(document, block);
        Assert.Empty(parsed.Documents);
        var problem = Assert.Single(parsed.Problems, p => p.Severity == ProblemSeverity.Error);
        Assert.Equal((code, document.Count(c => c == '\n') + 1), (problem.Code, problem.Line));
        Assert.True(problem.Column > 1);
    }
}
