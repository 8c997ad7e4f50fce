using AuditWatch.Detection.Rules;
using AuditWatch.Sigma.Parsing;

namespace AuditWatch.Detection.Tests.Counting;

/// <summary>Several metrics in one correlation, and tumbling windows: what <c>auditwatch:</c> adds to the counted types.</summary>
public sealed class ManyMetrics
{
    const string Denied = "title: Denied\nname: denied\nlogsource: {product: kubernetes, service: audit}\ndetection: {selection: {objectRef.resource: secrets, responseStatus.code: 403}, condition: selection}\nauditwatch: {alert: false}\n";
    const string Any = "type: event_count\nrules: [asked, denied]\ngroup-by: [user.username]\ntimespan: 60s\ncondition: {gte: 1, lt: 6}";

    [Fact]
    public void All_numbers_must_hold_in_one_window()
    {
        const string Wide = "auditwatch: {metrics: [{field: objectRef.name, gte: 3}, {rule: denied, gte: 1}]}\n";
        Assert.Empty(Run(Any, Wide, Counted.Asks(0, 5)));
        Assert.Empty(Run(Any, Wide, [Refused(0, "a"), Counted.Ask(1), Counted.Ask(2)]));
        Assert.Empty(Run(Any, Wide, [Refused(0, "x"), .. Counted.Asks(61, 3)]));
        Assert.Equal(3, Assert.Single(Run(Any, Wide, [Refused(0, "x"), .. Counted.Asks(1, 2)])).Count);
    }

    [Fact]
    public void An_upper_bound_and_lower_bounds_on_other_fields_go_together()
    {
        const string Few = "auditwatch: {metrics: [{field: objectRef.namespace, gte: 2}]}\n";
        An[] spread = [.. Counted.Asks(0, 5), Counted.Ask(6) with { Namespace = "other" }];
        Assert.Empty(Run(Any, Few, spread));
        Assert.Single(Run(Any, Few, spread[1..]));
    }

    [Fact]
    public void Values_can_be_counted_of_what_one_rule_matched_alone()
    {
        const string OfDenied = "auditwatch: {metrics: [{rule: denied, field: objectRef.name, gte: 2}]}\n";
        Assert.Empty(Run(Any, OfDenied, [Refused(0, "a"), Refused(1, "a"), .. Counted.Asks(2, 2)]));
        Assert.Single(Run(Any, OfDenied, [Refused(0, "a"), Refused(1, "b")]));
    }

    [Fact]
    public void A_request_on_which_two_rules_hold_is_one_request_and_a_match_of_both()
    {
        Assert.Single(Run(Any, "auditwatch: {metrics: [{rule: asked, eq: 1}, {rule: denied, eq: 1}]}\n", [Refused(0, "a")]));
        Assert.Empty(Run(Any, "auditwatch: {metrics: [{rule: denied, eq: 0}]}\n", [Refused(0, "a")]));
    }

    [Fact]
    public void A_later_stage_on_which_a_rule_holds_makes_the_request_one_of_its_matches()
    {
        var late = Refused(30, "a") with { ReceivedAt = 0 };
        var alert = Assert.Single(Run(Any, "auditwatch: {metrics: [{rule: denied, gte: 1}]}\n", [late with { At = 0, Stage = "RequestReceived" }, late]));
        Assert.Equal((1, 2), (alert.Count, alert.Evidence.Count));
    }

    [Fact]
    public void Tumbling_windows_begin_at_whole_multiples_of_the_timespan()
    {
        const string Three = "type: event_count\nrules: [asked]\ngroup-by: [user.username]\ntimespan: 60s\ncondition: {gte: 3}";
        An[] across = [Counted.Ask(50), Counted.Ask(55), Counted.Ask(60)];
        Assert.Single(Run(Three, "", across));
        Assert.Empty(Run(Three, "auditwatch: {window: tumbling}\n", across));
        Assert.Single(Run(Three, "auditwatch: {window: tumbling}\n", [.. across, Counted.Ask(90), Counted.Ask(119)]));
    }

    [Fact]
    public void Each_tumbling_window_in_which_it_holds_is_an_alert_of_its_own()
    {
        const string Three = "type: event_count\nrules: [asked]\ngroup-by: [user.username]\ntimespan: 60s\ncondition: {gte: 3}";
        An[] steady = Counted.Asks(0, 120);
        Assert.Equal(120, Assert.Single(Run(Three, "", steady)).Count);
        Assert.Equal([60, 60], Run(Three, "auditwatch: {window: tumbling}\n", steady).Select(a => a.Count));
    }

    [Theory]
    [InlineData("auditwatch: {metrics: [{field: objectRef.nmae, gte: 3}]}\n", "[asked]", "AW1203")]
    [InlineData("auditwatch: {metrics: [{field: objectRef.name, gte: 3}]}\n", "[burst]", "AW1511")]
    public void What_nobody_could_measure_is_refused(string extension, string rules, string code)
    {
        using var folder = Counted.Folder($"type: event_count\nrules: {rules}\ngroup-by: [user.username]\ntimespan: 60s\ncondition: {{gte: 1}}", extension)
            .Add("burst.yml", "title: Burst\nname: burst\ncorrelation: {type: event_count, rules: [asked], group-by: [user.username], timespan: 10s, condition: {gte: 3}}\n");
        folder.Load();
        Assert.Contains(folder.Problems, p => p.Rule == "correlated" && p.Code == code && p.Severity == ProblemSeverity.Error);
    }

    static An Refused(double at, string name) => Counted.Ask(at, name: name, id: "refused-" + at) with { Code = 403 };

    static IReadOnlyList<Detection.Alerts.Alert> Run(string correlation, string extension, An[] history)
    {
        using var folder = Counted.Folder(correlation, extension).Add("denied.yml", Denied);
        var rules = folder.Load();
        Assert.Empty(folder.Problems);
        return new Lab(rules).Run(history).Of("correlated");
    }
}
