using AuditWatch.Sigma.Compilation;

namespace AuditWatch.Sigma.Tests.Truths;

public sealed class ExplainTests
{
    static IReadOnlyList<MatchedLeaf> Explain(string detection, string json)
    {
        var schema = new AnyField();
        return Rules.Compile(detection, schema).Explain(new JsonEvent(schema, json));
    }

    [Fact]
    public void Leaves_carry_selection_field_and_value() =>
        Assert.Equal([new("sel", "verb", "get"), new("sel", "code", "403"), new("more", "ip", "10.0.0.1")],
            Explain("sel: {verb: [list, get], code|gte: 400}\nmore: {ip|cidr: 10.0.0.0/8}\nnot_this: {verb: list}\ncondition: sel and more and not not_this", """{"verb":"get","code":403,"ip":["192.168.0.1","10.0.0.1"]}"""));

    [Fact]
    public void Only_the_alternatives_that_held_are_named() =>
        Assert.Equal([new("b", "y", "2")], Explain("a: {x: 1}\nb: {y: 2}\nc: {z: 3}\ncondition: 1 of them", """{"x":0,"y":2}"""));

    [Fact]
    public void Inside_arrays_the_element_is_named() =>
        Assert.Equal([new("sel", "body.rules[2].verbs", "*"), new("sel", "body.rules[2].on[1].name", "x")],
            Explain("sel:\n  'body.rules[any]':\n    verbs: '\\*'\n    'on[any]': {name: x}\ncondition: sel", """{"body":{"rules":[{},{"verbs":["get"]},{"verbs":["get","*"],"on":[{},{"name":"x"}]}]}}"""));

    [Fact]
    public void An_element_itself_and_an_index() =>
        Assert.Equal([new("sel", "ports[1]", "443"), new("sel", "ports[0]", "80")], Explain("sel: {'ports[any]|gt': 400, 'ports[0]': 80}\ncondition: sel", """{"ports":[80,443]}"""));

    [Fact]
    public void A_keyword_shows_the_text_it_was_found_in() => Assert.Equal([new("sel", "", "so evil")], Explain("sel: [evil]\ncondition: sel", """{"a":{"b":"so evil"}}"""));

    [Fact]
    public void Long_values_are_cut_and_whole_characters_stay()
    {
        var value = Assert.Single(Explain("sel: {a|contains: x}\ncondition: sel", $$"""{"a":"{{"x" + string.Concat(Enumerable.Repeat("😀", 400))}}"}""")).Value;
        Assert.Equal(256, value.Length);
        Assert.EndsWith("…", value, StringComparison.Ordinal);
        Assert.DoesNotContain('\uFFFD', value);
    }

    [Fact]
    public void A_rule_that_did_not_match_has_nothing_to_explain() => Assert.Empty(Explain("sel: {a: 1}\ncondition: sel", """{"a":2}"""));

    [Fact]
    public void Presence_shows_what_is_there() =>
        Assert.Equal([new("sel", "a", """{"b":1}"""), new("sel", "c", "")], Explain("sel: {a|exists: true, c: null}\ncondition: sel", """{"a":{"b":1}}"""));
}
