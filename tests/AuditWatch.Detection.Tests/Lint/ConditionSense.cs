namespace AuditWatch.Detection.Tests.Lint;

/// <summary>Conditions that contradict themselves, and those that only look so.</summary>
public sealed class ConditionSense
{
    [Theory]
    [InlineData("a: {verb: get}", "b: {verb: list}", "a and b")]
    [InlineData("a: {verb: get}", "b: {verb: get}", "a and not b")]
    [InlineData("a: {verb: [get, list]}", "b: {verb: [list, get, watch]}", "a and not b")]
    [InlineData("a: {verb: get}", "b: {aw.is_node: true}", "a and b and not a")]
    [InlineData("a: {objectRef.subresource: exec}", "b: {objectRef.subresource: null}", "a and b")]
    [InlineData("a: {objectRef.subresource|exists: true}", "b: {objectRef.name: x}", "a and b and not a")]
    [InlineData("a: {responseStatus.code|gte: 400}", "b: {responseStatus.code|lt: 400}", "a and b")]
    [InlineData("a: {responseStatus.code: 200}", "b: {responseStatus.code|gt: 399}", "a and b")]
    [InlineData("a: {user.username: alice}", "b: {user.username|startswith: 'system:'}", "a and b")]
    [InlineData("a: {aw.dry_run: true}", "b: {aw.dry_run: true}", "a and not b")]
    public void A_condition_that_can_never_hold_is_an_error(string a, string b, string condition) => Assert.Contains("AW2017", Codes(a, b, condition));

    [Theory]
    [InlineData("a: {verb: [get, list]}", "b: {verb: [list, watch]}", "a and b")]
    [InlineData("a: {verb: get}", "b: {verb: list}", "a or b")]
    [InlineData("a: {verb: get}", "b: {verb: list}", "1 of them")]
    [InlineData("a: {user.groups: developers}", "b: {user.groups: admins}", "a and b")]
    [InlineData("a: {verb: get}", "b: {verb: get, aw.is_node: true}", "a and not b")]
    [InlineData("a: {user.username|startswith: 'system:'}", "b: {user.username|endswith: controller}", "a and b")]
    [InlineData("a: {responseStatus.code|gte: 400}", "b: {responseStatus.code|lt: 500}", "a and b")]
    [InlineData("a: {aw.pod.containers.image: a}", "b: {aw.pod.containers.image: b}", "a and b")]
    [InlineData("a: {objectRef.name: 'web-*'}", "b: {objectRef.name: web-1}", "a and b")]
    public void A_condition_that_can_hold_is_not(string a, string b, string condition) => Assert.DoesNotContain("AW2017", Codes(a, b, condition));

    [Fact]
    public void An_alternative_that_can_never_hold_is_named()
    {
        var found = RuleFolder.Findings("detection:\n  a: {verb: get}\n  b: {aw.is_node: true}\n  c: {verb: list}\n  condition: a and (b or c)\n");
        var one = Assert.Single(found, f => f.Code == "AW2017");
        Assert.Contains("'c'", one.Message, StringComparison.Ordinal);
        Assert.Equal(7, one.Line);
    }

    [Fact]
    public void A_condition_too_wide_to_lay_out_is_left_alone()
    {
        var names = Enumerable.Range(0, 12).Select(i => $"s{i}").ToArray();
        var selections = string.Concat(names.Select(n => $"  {n}: {{verb: get}}\n  {n}x: {{verb: list}}\n"));
        Assert.DoesNotContain("AW2017", RuleFolder.Codes("detection:\n" + selections + "  condition: " + string.Join(" and ", names.Select(n => $"({n} or {n}x)")) + "\n"));
    }

    static IReadOnlyList<string> Codes(string a, string b, string condition) => RuleFolder.Codes($"detection:\n  {a}\n  {b}\n  condition: {condition}\n");
}
