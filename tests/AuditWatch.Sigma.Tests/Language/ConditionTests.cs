using AuditWatch.Sigma.Parsing;

namespace AuditWatch.Sigma.Tests.Language;

public sealed class ConditionTests
{
    // a and b hold, c and d do not.
    const string Selections = "sel_a: {a: 1}\nsel_b: {b: 1}\nsel_c: {c: 1}\nfilter_d: {d: 1}\n_hidden: {c: 1}\n";
    const string Event = """{"a":1,"b":1}""";

    [Theory]
    [InlineData("sel_a", true)]
    [InlineData("not sel_a", false)]
    [InlineData("not not sel_a", true)]
    [InlineData("sel_a or sel_b and sel_c", true)]
    [InlineData("(sel_a or sel_b) and sel_c", false)]
    [InlineData("not sel_c and sel_a", true)]
    [InlineData("not (sel_c and sel_a)", true)]
    [InlineData("sel_a AND NOT sel_c OR sel_d_", null)]
    [InlineData("sel_a AND Not sel_c", true)]
    [InlineData("1 of sel_*", true)]
    [InlineData("2 of sel_*", true)]
    [InlineData("3 of sel_*", false)]
    [InlineData("4 of sel_*", null)]
    [InlineData("0 of sel_*", null)]
    [InlineData("any of sel_*", true)]
    [InlineData("all of sel_*", false)]
    [InlineData("All Of sel_a*", true)]
    [InlineData("1 of them", true)]
    [InlineData("all of them", false)]
    [InlineData("not 1 of filter*", true)]
    [InlineData("sel_a and not 1 of filter*", true)]
    [InlineData("not all of sel_*", true)]
    [InlineData("1 of *_c", false)]
    [InlineData("1 of _hid*", null)]
    [InlineData("_hidden", false)]
    [InlineData("1 of nothing*", null)]
    [InlineData("SEL_A", null)]
    [InlineData("sel_*", null)]
    [InlineData("sel_a sel_b", null)]
    [InlineData("sel_a and", null)]
    [InlineData("and sel_a", null)]
    [InlineData("(sel_a", null)]
    [InlineData("sel_a)", null)]
    [InlineData("sel_a & sel_b", null)]
    [InlineData("sel_a | count() > 5", null)]
    [InlineData("1 of", null)]
    [InlineData("", null)]
    public void Condition(string condition, bool? expected)
    {
        var detection = Selections + $"condition: '{condition}'";
        if (expected is null) Rules.Refused(Rules.Text(detection));
        else Assert.Equal(expected == true ? "True" : "False", Rules.Ask(detection, Event).Truth.ToString());
    }

    [Fact]
    public void A_list_of_conditions_is_alternatives() =>
        Assert.Equal("True", Rules.Ask(Selections + "condition: [sel_c, sel_a and sel_b]", Event).Truth.ToString());

    [Fact]
    public void All_of_one_member_is_that_member() => Assert.Equal("False", Rules.Ask(Selections + "condition: all of filter*", Event).Truth.ToString());

    [Fact]
    public void A_selection_may_be_called_like_a_quantifier_but_not_like_an_operator()
    {
        Assert.Equal("True", Rules.Ask("all: {a: 1}\ncondition: all", Event).Truth.ToString());
        Assert.Equal("True", Rules.Ask("any: {a: 1}\nall: {c: 1}\ncondition: any and not all", Event).Truth.ToString());
        foreach (var name in new[] { "and", "OR", "not", "of", "them" })
            Assert.Equal("AW1106", Rules.Refused(Rules.Text($"{name}: {{a: 1}}\ncondition: {name}")).Code);
    }

    [Fact]
    public void A_deep_condition_is_refused_instead_of_overflowing()
    {
        var deep = new string('(', 5000) + "s" + new string(')', 5000);
        Assert.Equal("AW1104", Rules.Refused(Rules.Text($"s: {{a: 1}}\ncondition: {deep}")).Code);
        Assert.Equal("AW1104", Rules.Refused(Rules.Text($"s: {{a: 1}}\ncondition: {string.Concat(Enumerable.Repeat("not ", 3000))}s")).Code);
    }

    [Fact]
    public void The_fault_is_placed_where_it_stands_in_the_condition()
    {
        var problem = Rules.Refused("title: T\nlogsource: {product: x}\ndetection:\n  sel: {a: 1}\n  condition: sel and slection\n");
        Assert.Equal(("AW1100", 5, 22), (problem.Code, problem.Line, problem.Column));
        Assert.Equal("There is no selection 'slection'.", problem.Message);
    }

    [Fact]
    public void An_unused_selection_is_a_warning()
    {
        var result = SigmaParser.Parse(Rules.Text("a: {a: 1}\nb: {b: 1}\ncondition: a"), "f");
        var problem = Assert.Single(result.Problems);
        Assert.Equal(("AW1105", ProblemSeverity.Warning), (problem.Code, problem.Severity));
        Assert.Single(result.Documents);
    }
}
