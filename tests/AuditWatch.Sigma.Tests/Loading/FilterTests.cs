using AuditWatch.Sigma.Compilation;
using AuditWatch.Sigma.Evaluation;
using AuditWatch.Sigma.Parsing;

namespace AuditWatch.Sigma.Tests.Loading;

/// <summary>Filters: joined by and to the rules they name.</summary>
public sealed class FilterTests
{
    static SigmaFilter Filter(string rules, string condition = "not selection", string logsource = "{product: kubernetes}") =>
        Assert.IsType<SigmaFilter>(Assert.Single(SigmaParser.Parse($"title: Site\nlogsource: {logsource}\nfilter:\n{rules}  selection: {{user: backup}}\n  condition: {condition}\nauditwatch: {{owner: ops, reason: nightly, expires: 2027-01-01}}\n", "filter.yml").Documents));

    static Truth Ask(SigmaFilter filter, string user)
    {
        var schema = new AnyField();
        return Rules.Compile("selection: {verb: get}\ncondition: selection", schema, null, filter).Evaluate(new JsonEvent(schema, $$"""{"verb":"get","user":"{{user}}"}""")).Truth;
    }

    [Fact]
    public void A_filter_of_the_rule_by_name_excludes()
    {
        Assert.Equal(Truth.False, Ask(Filter("  rules: [a-rule]\n"), "backup"));
        Assert.Equal(Truth.True, Ask(Filter("  rules: [a-rule]\n"), "jane"));
        Assert.Equal(Truth.True, Ask(Filter("  rules: [a-rule]\n", "selection"), "backup"));
    }

    [Fact]
    public void A_filter_of_another_rule_does_not() => Assert.Equal(Truth.True, Ask(Filter("  rules: [other]\n"), "backup"));

    [Fact]
    public void Without_rules_or_with_any_it_is_for_the_whole_log_source()
    {
        Assert.Equal(Truth.False, Ask(Filter(""), "backup"));
        Assert.Equal(Truth.False, Ask(Filter("  rules: any\n"), "backup"));
        Assert.Equal(Truth.True, Ask(Filter("", logsource: "{product: windows}"), "backup"));
        Assert.Equal(Truth.True, Ask(Filter("", logsource: "{product: kubernetes, service: other}"), "backup"));
    }

    [Fact]
    public void By_id_in_any_case()
    {
        var rule = Rules.Parse(Rules.Text("selection: {verb: get}\ncondition: selection", "id: 5f6b1c3e-0c64-4f0b-9a50-8d8b0f4c2a11\n"));
        Assert.True(Filter("  rules: [5F6B1C3E-0c64-4f0b-9a50-8d8b0f4c2a11]\n").AppliesTo(rule));
    }

    [Fact]
    public void By_name_as_the_rule_writes_it()
    {
        var rule = Rules.Parse(Rules.Text("selection: {verb: get}\ncondition: selection", "name: Reader of Secrets\n"));
        Assert.True(Filter("  rules: [Reader of Secrets]\n").AppliesTo(rule));
        Assert.True(Filter("  rules: [reader-of-secrets]\n").AppliesTo(rule));
        Assert.False(Filter("  rules: [Reader]\n").AppliesTo(rule));
    }

    [Fact]
    public void Owner_reason_and_expiry_are_kept()
    {
        var block = Assert.IsType<Dictionary<string, object?>>(Filter("").Custom["auditwatch"]);
        Assert.Equal(("ops", "nightly", "2027-01-01"), (block["owner"], block["reason"], block["expires"]));
    }

    [Fact]
    public void Its_selections_do_not_mix_with_the_rules()
    {
        // Both have a "selection"; "1 of them" of the rule must not see the filter's.
        var schema = new AnyField();
        var rule = Rules.Compile("selection: {verb: get}\ncondition: 1 of them", schema, null, Filter("", "selection"));
        Assert.Equal(Truth.False, rule.Evaluate(new JsonEvent(schema, """{"verb":"list","user":"backup"}""")).Truth);
        var leaves = rule.Explain(new JsonEvent(schema, """{"verb":"get","user":"backup"}"""));
        Assert.Equal([new("selection", "verb", "get"), new("site/selection", "user", "backup")], leaves);
    }

    [Fact]
    public void A_filter_that_cannot_be_compiled_keeps_the_rule_from_loading_and_is_named()
    {
        var filter = (SigmaFilter)Assert.Single(SigmaParser.Parse("title: Site\nlogsource: {product: kubernetes}\nfilter:\n  selection: {nosuch: 1}\n  condition: not selection", "filter.yml").Documents);
        var problems = new List<Problem>();
        Assert.Null(RuleCompiler.Compile(Rules.Parse(Rules.Text("s: {a: 1}\ncondition: s")), new AnyField(), Rules.NoLists, [filter], problems));
        Assert.Equal(("filter.yml", "site", "AW1203"), (Assert.Single(problems).File, problems[0].Rule, problems[0].Code));
    }
}
