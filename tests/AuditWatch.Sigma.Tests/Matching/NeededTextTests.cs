namespace AuditWatch.Sigma.Tests.Matching;

/// <summary>What must be written in an object for a rule to be true of it.</summary>
public sealed class NeededTextTests
{
    [Fact]
    public void Alternatives_that_need_too_many_texts_together_need_none()
    {
        var detection = $"""
            selection:
              - command|contains: [{string.Join(", ", Enumerable.Range(100, 100).Select(i => $"first{i}"))}]
              - args|contains: [{string.Join(", ", Enumerable.Range(100, 100).Select(i => $"second{i}"))}]
              - image|contains: third
            condition: selection
            """;
        var schema = new AnyField();
        var rule = Rules.Compile(detection, schema);
        Assert.Equal("True", rule.Evaluate(new JsonEvent(schema, """{"args":"second150"}""")).Truth.ToString());
        Assert.Null(rule.NeededTexts(f => f));
    }

    [Fact]
    public void Alternatives_that_need_the_same_texts_need_them_once()
    {
        var texts = string.Join(", ", Enumerable.Range(100, 100).Select(i => $"mark{i}"));
        var rule = Rules.Compile($"selection:\n  - command|contains: [{texts}]\n  - args|contains: [{texts}]\n  - image|contains: [{texts}]\ncondition: selection", new AnyField());
        Assert.Equal(100, rule.NeededTexts(f => f)!.Count);
    }

    [Fact]
    public void A_flag_is_looked_for_with_what_it_begins_with()
    {
        var rule = Rules.Compile("selection: {securityContext.allowPrivilegeEscalation: true}\ncondition: selection", new AnyField());
        Assert.Contains("allowPrivilegeEscalation\":t", rule.NeededTexts(f => f)!);
        Assert.DoesNotContain("allowPrivilegeEscalation", rule.NeededTexts(f => f)!);
    }
}
