namespace AuditWatch.Sigma.Tests.Truths;

public sealed class PossibleValuesTests
{
    [Theory]
    [InlineData("s: {verb: get}\ncondition: s", "get")]
    [InlineData("s: {verb: [Get, list]}\ncondition: s", "Get,list")]
    [InlineData("s: {verb: [get, list, a, b, c]}\ncondition: s", "a,b,c,get,list")]
    [InlineData("s: {verb: g*}\ncondition: s", null)]
    [InlineData("s: {verb: [get, g*]}\ncondition: s", null)]
    [InlineData("s: {verb|contains: get}\ncondition: s", null)]
    [InlineData("s: {verb|neq: get}\ncondition: s", null)]
    [InlineData("s: {verb: get}\ncondition: not s", null)]
    [InlineData("s: {verb: get}\ncondition: not not s", "get")]
    [InlineData("s: {verb: get, a: 1}\nt: {b: 1}\ncondition: s and not t", "get")]
    [InlineData("s: {verb: get}\nt: {verb: list}\ncondition: s or t", "get,list")]
    [InlineData("s: {verb: get}\nt: {b: 1}\ncondition: s or t", null)]
    [InlineData("s: {verb: get}\nt: {b: 1}\ncondition: s and t", "get")]
    [InlineData("s: [{verb: get}, {verb: list, x: 1}]\ncondition: s", "get,list")]
    [InlineData("s: {verb: get}\nt: {verb: list}\nu: {verb: watch}\ncondition: 2 of them", "get,list,watch")]
    [InlineData("s: {verb: get}\nt: {verb: [list, watch]}\ncondition: s and t", "get")]
    [InlineData("s: {verb: null}\ncondition: s", null)]
    [InlineData("s: {verb|exists: true}\ncondition: s", null)]
    [InlineData("s: {verb: 200}\ncondition: s", null)]
    [InlineData("s: {verb: '200'}\ncondition: s", null)]
    [InlineData("s: {verb: true}\ncondition: s", "true")]
    [InlineData("s: {'list[any]': {verb: get}}\ncondition: s", null)]
    [InlineData("s: {verb|expand: '%verbs%'}\ncondition: s", "delete,patch")]
    public void Derived(string detection, string? expected)
    {
        var rule = Rules.Compile(detection, new AnyField(), new(new() { ["verbs"] = ["patch", "delete"] }));
        var found = rule.PossibleValues("verb");
        Assert.Equal(expected, found is null ? null : string.Join(",", found.Order(StringComparer.Ordinal)));
        if (found is not null) Assert.Contains(found.First().ToUpperInvariant(), found);
        Assert.Null(rule.PossibleValues("other"));
    }

    [Fact]
    public void Fields_are_named_once_in_the_order_of_reading()
    {
        var rule = Rules.Compile("s: {verb: get, user.name|fieldref: owner, 'list[any]': {x: 1}}\nt: {verb: list}\ncondition: s or not t", new AnyField());
        Assert.Equal(["list", "owner", "user.name", "verb"], rule.Fields.Order(StringComparer.Ordinal));
    }
}
