using AuditWatch.Sigma.Extensions;
using AuditWatch.Sigma.Parsing;

namespace AuditWatch.Sigma.Tests.Loading;

public sealed class ExtensionParsingTests
{
    const string Rule = "title: T\nlogsource: {product: x}\ndetection: {s: {a: 1}, condition: s}\n";
    const string First = "title: T\ncorrelation: {type: event_count, rules: [a], group-by: [user, ip], timespan: 30d, condition: {eq: 1}}\n";

    const string Count = "title: T\ncorrelation: {type: event_count, rules: [a, b], group-by: [user], timespan: 5m, condition: {gte: 1}}\n";
    const string None = "title: T\ncorrelation: {type: event_count, rules: [a], group-by: [node], timespan: 2m, condition: {eq: 0}}\n";
    const string Story = "title: T\ncorrelation: {type: temporal, rules: [a, b], group-by: [user], timespan: 5m}\n";

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
    public void Several_metrics_and_tumbling_windows()
    {
        var block = Good(Count, "{window: tumbling, metrics: [{field: ip, gt: 5}, {rule: b, gte: 1, lt: 9}, {rule: a, field: ns, gte: 3}]}");
        Assert.True(block.IsTumbling);
        Assert.Equal([(null, "ip"), ("b", null), ("a", "ns")], block.Metrics.Select(m => (m.Rule, m.Field)));
        Assert.Equal([new("gte", 1), new("lt", 9)], block.Metrics[1].Bounds);
        Assert.False(Good(Count, "{window: sliding}").IsTumbling);
    }

    [Fact]
    public void Absence_of_what_was_seen_so_often()
    {
        Assert.Equal(3, Good(None, "{absence: {seen: 3}}").Absence!.Seen);
        Assert.Equal(1, Good(None, "{absence: {}}").Absence!.Seen);
        Assert.NotEqual(Good(None, "{absence: {seen: 3}}").Canonical, Good(None, "{absence: {}}").Canonical);
    }

    [Fact]
    public void So_many_times_what_is_usual()
    {
        Assert.Equal(new Usual(2.5, TimeSpan.FromDays(1), TimeSpan.FromHours(2)), Good(Count, "{usual: {times: 2.5, history: 1d, learning: 2h}}").Usual);
        Assert.NotEqual(Good(Count, "{usual: {times: 2.5, history: 1d, learning: 2h}}").Canonical, Good(Count, "{usual: {times: 3, history: 1d, learning: 2h}}").Canonical);
    }

    [Fact]
    public void What_means_something_else_has_another_canonical_text()
    {
        string[] texts = [.. new[]
        {
            "{first_seen: {learning: 7d}}", "{first_seen: {learning: 8d}}", "{first_seen: {learning: 7d, per: user}}", "{suppress: {for: 1h}}", "{suppress: {by: ip, for: 1h}}",
            "{window: tumbling}", "{metrics: [{field: ip, gt: 1}]}", "{metrics: [{field: ip, gt: 2}]}", "{alert: false}",
        }.Select(b => Good(First, b).Canonical)];
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
    [InlineData(Rule, "{window: tumbling}", "AW1013")]
    [InlineData(Count, "{window: hopping}", "AW1010")]
    [InlineData(Story, "{window: tumbling}", "AW1306")]
    [InlineData(First, "{window: tumbling, first_seen: {learning: 1d}}", "AW1306")]
    [InlineData(Rule, "{metrics: [{field: a, gt: 1}]}", "AW1013")]
    [InlineData(Count, "{metrics: {field: a, gt: 1}}", "AW1007")]
    [InlineData(Count, "{metrics: []}", "AW1007")]
    [InlineData(Count, "{metrics: [a]}", "AW1007")]
    [InlineData(Count, "{metrics: [{gt: 1}]}", "AW1306")]
    [InlineData(Count, "{metrics: [{field: a}]}", "AW1306")]
    [InlineData(Count, "{metrics: [{rule: c, gt: 1}]}", "AW1306")]
    [InlineData(Count, "{metrics: [{rule: a, gt: many}]}", "AW1303")]
    [InlineData(Count, "{metrics: [{rule: a, over: 1, gt: 1}]}", "AW1013")]
    [InlineData(Story, "{metrics: [{rule: a, gt: 1}]}", "AW1306")]
    [InlineData(Rule, "{usual: {times: 2, history: 1d, learning: 2h}}", "AW1013")]
    [InlineData(Count, "{usual: {history: 1d, learning: 2h}}", "AW1010")]
    [InlineData(Count, "{usual: {times: 1, history: 1d, learning: 2h}}", "AW1010")]
    [InlineData(Count, "{usual: {times: 2, learning: 2h}}", "AW1302")]
    [InlineData(Count, "{usual: {times: 2, history: 5m, learning: 5m}}", "AW1306")]
    [InlineData(Count, "{usual: {times: 2, history: 4d, learning: 2h}}", "AW1306")]
    [InlineData(Count, "{usual: {times: 2, history: 1d, learning: 1m}}", "AW1306")]
    [InlineData(Story, "{usual: {times: 2, history: 1d, learning: 2h}}", "AW1306")]
    [InlineData(Rule, "{absence: {}}", "AW1013")]
    [InlineData(None, "{absence: true}", "AW1007")]
    [InlineData(None, "{absence: {sene: 3}}", "AW1013")]
    [InlineData(None, "{absence: {seen: 101}}", "AW1306")]
    [InlineData(None, "{absence: {}, window: sliding}", "AW1306")]
    [InlineData(Count, "{absence: {}}", "AW1306")]
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
