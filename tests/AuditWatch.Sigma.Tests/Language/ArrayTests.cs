namespace AuditWatch.Sigma.Tests.Language;

/// <summary>Array blocks (SEP #212): conditions that must hold for the same element.</summary>
public sealed class ArrayTests
{
    const string Event = """
        {"rules":[{"verbs":["get"],"resources":["secrets"],"on":{"x.y/z":"k"}},{"verbs":["*"],"resources":["pods"]}],
         "ports":[80,443],"matrix":[[1,2],[3,4]],"odd":[{"condition":"x","name":"y"}],"none":[],"scalar":"x","nil":null,
         "groups":[{"members":[{"name":"a","age":1},{"name":"b","age":2}]},{"members":[{"name":"c","age":3}]}]}
        """;

    [Theory]
    [InlineData("'rules[any]': {verbs: get, resources: secrets}", true)]
    [InlineData("'rules[any]': {verbs: '\\*', resources: secrets}", false)]
    [InlineData("'rules[all]': {resources|exists: true}", true)]
    [InlineData("'rules[all]': {resources: pods}", false)]
    [InlineData("'none[any]': {x: 1}", false)]
    [InlineData("'none[all]': {x: 1}", false)]
    [InlineData("'none[all_or_empty]': {x: 1}", true)]
    [InlineData("'none[none]': {x: 1}", true)]
    [InlineData("'missing[any]': {x: 1}", false)]
    [InlineData("'missing[all]': {x: 1}", false)]
    [InlineData("'missing[all_or_empty]': {x: 1}", true)]
    [InlineData("'missing[none]': {x: 1}", true)]
    [InlineData("'nil[all_or_empty]': {x: 1}", true)]
    [InlineData("'scalar[any]': x", false)]
    [InlineData("'scalar[all_or_empty]': x", false)]
    [InlineData("'scalar[none]': x", true)]
    [InlineData("'rules[none]': {resources: nodes}", true)]
    [InlineData("'rules[none]': {resources: pods}", false)]
    [InlineData("'ports[any]': 443", true)]
    [InlineData("'ports[all]|gte': 80", true)]
    [InlineData("'ports[all]|gt': 80", false)]
    [InlineData("'ports[any]': {'.|gt': 100, '.|lt': 500}", true)]
    [InlineData("'ports[any]': {'.|gt': 100, '.|lt': 200}", false)]
    [InlineData("'ports[any]': [80, 81]", true)]
    [InlineData("'ports[0]': 80", true)]
    [InlineData("'ports[-1]': 443", true)]
    [InlineData("'ports[1]': 80", false)]
    [InlineData("'ports[2]|exists': true", false)]
    [InlineData("'ports[-3]': 80", false)]
    [InlineData("'rules[0].verbs': get", true)]
    [InlineData("'rules[1].verbs': get", false)]
    [InlineData("'rules[any].verbs[any]': '\\*'", true)]
    [InlineData("'groups[any]': {'members[all]': {age|lt: 3}}", true)]
    [InlineData("'groups[all]': {'members[all]': {age|lt: 3}}", false)]
    [InlineData("'groups[any].members[any]': {name: a, age: 1}", true)]
    [InlineData("'groups[any].members[any]': {name: a, age: 2}", false)]
    [InlineData("'groups[any]': {members.name: a}", true)]
    [InlineData("'groups[1].members[0].name': c", true)]
    [InlineData("'rules[any]': [{resources: nodes}, {resources: pods, verbs: '\\*'}]", true)]
    [InlineData("'rules[any]': {sel: {verbs: get}, skip: {resources: secrets}, condition: sel and not skip}", false)]
    [InlineData("'rules[any]': {sel: {verbs|exists: true}, skip: {resources: secrets}, condition: sel and not skip}", true)]
    [InlineData("'rules[any]': {sel: {verbs|exists: true}, skip: {resources: [secrets, pods]}, condition: sel and not skip}", false)]
    [InlineData("'rules[any].on.x.y/z': k", true)]
    [InlineData("'rules[any].on.[x.y/z]': k", true)]
    [InlineData("'rules[any]': {verbs|fieldref: resources}", false)]
    [InlineData("'matrix[any][all]|gt': 2", true)]
    [InlineData("'matrix[any][all]|gt': 3", false)]
    [InlineData("'matrix[1][0]': 3", true)]
    [InlineData("matrix: 4", true)]
    [InlineData("'odd[any]': {'[condition]': x, name: y}", true)]
    [InlineData("'odd[any]': {'[condition]': x, name: z}", false)]
    public void Block(string item, bool expected) => Assert.Equal(expected ? "True" : "False", Rules.Truth1(item, Event).ToString());

    [Fact]
    public void An_escaped_bracket_belongs_to_the_name() =>
        Assert.Equal("True", Rules.Truth1(@"'list[any]': {'a\[any\]': 1}", """{"list":[{"a[any]":1}]}""").ToString());

    [Fact]
    public void A_key_that_is_half_a_character_hides_nothing() =>
        Assert.Equal("True", Rules.Truth1("'list[any]': {a: 1}", """{"list":[{"\ud800":2,"a":1}]}""").ToString());

    [Fact]
    public void An_unknown_array_is_unknown_under_every_quantifier()
    {
        foreach (var quantifier in new[] { "any", "all", "all_or_empty", "none", "0" })
        {
            var verdict = Rules.Ask($"selection:\n  'rules[{quantifier}]': {{verbs: get}}\ncondition: selection", "{}", new() { ["rules"] = Evaluation.UnknownReason.LevelTooLow });
            Assert.Equal(Evaluation.Verdict.Unknown(Evaluation.UnknownReason.LevelTooLow), verdict);
        }
    }

    [Fact]
    public void A_withheld_text_in_one_element_leaves_the_block_open_only_where_it_matters()
    {
        const string json = """{"env":[{"name":"A","value":"[redacted]"},{"name":"B","value":"x"}]}""";
        Assert.Equal("Unknown", Rules.Truth1("'env[any]': {name: A, value: secret}", json).ToString());
        Assert.Equal("False", Rules.Truth1("'env[any]': {name: B, value: secret}", json).ToString());
        Assert.Equal("True", Rules.Truth1("'env[any]': {name: A, value|exists: true}", json).ToString());
        Assert.Equal("False", Rules.Truth1("'env[all]': {value: secret}", json).ToString());
        Assert.Equal("Unknown", Rules.Truth1("'env[none]': {value: secret}", json).ToString());
    }
}
