namespace AuditWatch.Detection.Tests.Counting;

public sealed class OtherCounts
{
    [Fact]
    public void Distinct_values_are_counted_not_requests()
    {
        var rules = Counted.Rules("type: value_count\nrules: [asked]\ngroup-by: [user.username]\ntimespan: 60s\ncondition: {field: objectRef.name, gte: 3}");
        Assert.Empty(new Lab(rules).Run([.. Enumerable.Range(0, 20).Select(i => Counted.Ask(i, name: "s" + (i % 2)))]).Alerts);
        var alert = Assert.Single(new Lab(rules).Run([.. Enumerable.Range(0, 6).Select(i => Counted.Ask(i, name: "s" + (i / 2)))]).Alerts);
        Assert.Equal(6, alert.Count);
    }

    [Fact]
    public void Several_fields_count_as_a_tuple()
    {
        var rules = Counted.Rules("type: value_count\nrules: [asked]\ngroup-by: [user.username]\ntimespan: 60s\ncondition: {field: [objectRef.namespace, objectRef.name], gte: 3}");
        An[] asks = [Counted.Ask(0, name: "a"), Counted.Ask(1, name: "b"), Counted.Ask(2, name: "a") with { Namespace = "other" }];
        Assert.Single(new Lab(rules).Run(asks).Alerts);
        Assert.Empty(new Lab(rules).Run(asks[..2]).Alerts);
    }

    [Fact]
    public void What_is_absent_is_a_part_of_a_tuple_and_no_value_alone()
    {
        const string All = "type: value_count\nrules: [asked]\ngroup-by: [user.username]\ntimespan: 60s\ncondition: {field: ";
        An[] everywhere = [.. Enumerable.Range(0, 3).Select(i => Counted.Ask(i, name: "s" + i) with { Namespace = null })];
        Assert.Single(new Lab(Counted.Rules(All + "[objectRef.namespace, objectRef.name], gte: 3}")).Run(everywhere).Alerts);
        Assert.Empty(new Lab(Counted.Rules(All + "[objectRef.namespace, objectRef.subresource], gte: 1}")).Run(everywhere).Alerts);
        Assert.Empty(new Lab(Counted.Rules(All + "objectRef.namespace, gte: 1}")).Run(everywhere).Alerts);
    }

    [Fact]
    public void A_value_that_left_the_window_no_longer_counts()
    {
        var rules = Counted.Rules("type: value_count\nrules: [asked]\ngroup-by: [user.username]\ntimespan: 10s\ncondition: {field: objectRef.name, gte: 3}");
        Assert.Empty(new Lab(rules).Run(Counted.Asks(0, 8, every: 5)).Alerts);
    }

    [Theory]
    [InlineData("value_sum", "gte: 1000", 5, true)]
    [InlineData("value_sum", "gte: 1001", 5, false)]
    [InlineData("value_avg", "eq: 200", 5, true)]
    [InlineData("value_avg", "gt: 200", 5, false)]
    [InlineData("value_percentile", "percentile: 95, gte: 200", 5, true)]
    [InlineData("value_median", "lt: 200", 5, false)]
    public void Numbers_are_summed_averaged_and_ranked(string type, string bound, int requests, bool fires)
    {
        var rules = Counted.Rules($"type: {type}\nrules: [asked]\ngroup-by: [user.username]\ntimespan: 60s\ncondition: {{field: responseStatus.code, {bound}}}");
        Assert.Equal(fires, new Lab(rules).Run(Counted.Asks(0, requests)).Alerts.Count > 0);
    }
}
