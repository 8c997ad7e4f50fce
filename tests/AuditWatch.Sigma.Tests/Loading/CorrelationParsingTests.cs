using AuditWatch.Sigma.Parsing;

namespace AuditWatch.Sigma.Tests.Loading;

public sealed class CorrelationParsingTests
{
    static SigmaCorrelation Parse(string body)
    {
        var result = SigmaParser.Parse("title: C\ncorrelation:\n" + string.Join("\n", body.Split('\n').Select(l => "  " + l)), "c.yml");
        Assert.DoesNotContain(result.Problems, p => p.Severity == ProblemSeverity.Error);
        return Assert.IsType<SigmaCorrelation>(Assert.Single(result.Documents));
    }

    [Fact]
    public void A_counted_correlation()
    {
        var c = Parse("type: value_count\nrules: a\ngroup-by: [user, ip]\ntimespan: 90m\ncondition: {gte: 5, lt: 20, field: [ns, name]}\ngenerate: true");
        Assert.Equal((CorrelationType.ValueCount, TimeSpan.FromMinutes(90), true), (c.Type, c.Timespan, c.Generate));
        Assert.Equal(["ns", "name"], c.Fields);
        Assert.Equal([new CorrelationBound("gte", 5), new CorrelationBound("lt", 20)], c.Bounds);
        Assert.True(c.Bounds.All(b => b.Holds(5)) && c.Bounds.All(b => b.Holds(19)) && !c.Bounds.All(b => b.Holds(20)));
        Assert.Equal(["user", "ip"], c.GroupBy);
    }

    [Fact]
    public void A_temporal_correlation_with_aliases()
    {
        var c = Parse("type: temporal_ordered\nrules: [mint, use]\ngroup-by: [cred]\ntimespan: 1d\naliases:\n  cred: {mint: issued, use: credential}");
        Assert.Equal("issued", c.GroupField("cred", "mint"));
        Assert.Equal("credential", c.GroupField("cred", "use"));
        Assert.Equal("other", c.GroupField("other", "use"));
        Assert.Null(c.Condition);
    }

    [Fact]
    public void An_extended_condition_names_rules()
    {
        var c = Parse("type: temporal\nrules: [a, b, c]\ntimespan: 1m\ncondition: a and (b or not c)");
        Assert.IsType<ConditionAnd>(c.Condition!.Root);
        Assert.Equal(["x-1", "y_2"], Parse("type: temporal\ntimespan: 1m\ncondition: x-1 and y_2").Rules);
    }

    [Theory]
    [InlineData("type: event_count\nrules: a\ntimespan: 5m\ncondition: {gte: 10}", null)]
    [InlineData("type: value_sum\nrules: a\ntimespan: 5m\ncondition: {gt: 10.5, field: bytes}", null)]
    [InlineData("type: value_avg\nrules: a\ntimespan: 5m\ncondition: {gt: 10, field: bytes}", null)]
    [InlineData("type: value_percentile\nrules: a\ntimespan: 5m\ncondition: {gt: 10, field: bytes, percentile: 99}", null)]
    [InlineData("type: value_median\nrules: a\ntimespan: 2w\ncondition: {neq: 10, field: bytes}", null)]
    [InlineData("type: counted\nrules: a\ntimespan: 5m\ncondition: {gte: 10}", "AW1300")]
    [InlineData("rules: a\ntimespan: 5m\ncondition: {gte: 10}", "AW1300")]
    [InlineData("type: event_count\ntimespan: 5m\ncondition: {gte: 10}", "AW1301")]
    [InlineData("type: event_count\nrules: [a, a]\ntimespan: 5m\ncondition: {gte: 10}", "AW1301")]
    [InlineData("type: event_count\nrules: a\ncondition: {gte: 10}", "AW1302")]
    [InlineData("type: event_count\nrules: a\ntimespan: 5\ncondition: {gte: 10}", "AW1302")]
    [InlineData("type: event_count\nrules: a\ntimespan: 0m\ncondition: {gte: 10}", "AW1302")]
    [InlineData("type: event_count\nrules: a\ntimespan: 9999999d\ncondition: {gte: 10}", "AW1302")]
    [InlineData("type: event_count\nrules: a\ntimespan: 5m", "AW1303")]
    [InlineData("type: event_count\nrules: a\ntimespan: 5m\ncondition: {atleast: 10}", "AW1303")]
    [InlineData("type: event_count\nrules: a\ntimespan: 5m\ncondition: {gte: many}", "AW1303")]
    [InlineData("type: event_count\nrules: a\ntimespan: 5m\ncondition: a and b", "AW1303")]
    [InlineData("type: temporal\nrules: [a, b]\ntimespan: 5m\ncondition: {gte: 2}", "AW1303")]
    [InlineData("type: temporal\nrules: [a, b]\ntimespan: 5m\ncondition: a and d", "AW1100")]
    [InlineData("type: value_percentile\nrules: a\ntimespan: 5m\ncondition: {gt: 10, field: b, percentile: 101}", "AW1303")]
    [InlineData("type: value_count\nrules: a\ntimespan: 5m\ncondition: {gte: 10}", "AW1305")]
    [InlineData("type: event_count\nrules: a\ntimespan: 5m\ncondition: {gte: 10, field: x}", "AW1305")]
    [InlineData("type: value_sum\nrules: a\ntimespan: 5m\ncondition: {gte: 10, field: [x, y]}", "AW1305")]
    [InlineData("type: temporal\nrules: [a, b]\ntimespan: 5m\naliases: {x: {c: f}}\ngroup-by: x", "AW1304")]
    [InlineData("type: event_count\nrules: a\ntimespan: 5m\nwindow: 3\ncondition: {gte: 10}", "AW1013")]
    [InlineData("type: event_count\nrules: a\ntimespan: 5m\ncondition: {gte: 10}\ngenerate: maybe", "AW1010")]
    public void Validation(string body, string? code)
    {
        if (code is null) { Parse(body); return; }
        Assert.Equal(code, Rules.Refused("title: C\ncorrelation:\n" + string.Join("\n", body.Split('\n').Select(l => "  " + l))).Code);
    }
}
