using AuditWatch.Sigma.Evaluation;

namespace AuditWatch.Sigma.Tests.Truths;

public sealed class KleeneTests
{
    static readonly Dictionary<string, UnknownReason> Unseen = new() { ["u"] = UnknownReason.LevelTooLow, ["v"] = UnknownReason.Truncated };

    [Theory]
    [InlineData("su", "Unknown", UnknownReason.LevelTooLow)]
    [InlineData("not su", "Unknown", UnknownReason.LevelTooLow)]
    [InlineData("not not su", "Unknown", UnknownReason.LevelTooLow)]
    [InlineData("su and yes", "Unknown", UnknownReason.LevelTooLow)]
    [InlineData("su and no", "False", UnknownReason.None)]
    [InlineData("no and su", "False", UnknownReason.None)]
    [InlineData("su or yes", "True", UnknownReason.None)]
    [InlineData("su or no", "Unknown", UnknownReason.LevelTooLow)]
    [InlineData("su and sv", "Unknown", UnknownReason.LevelTooLow | UnknownReason.Truncated)]
    [InlineData("su or sv", "Unknown", UnknownReason.LevelTooLow | UnknownReason.Truncated)]
    [InlineData("not (su and sv)", "Unknown", UnknownReason.LevelTooLow | UnknownReason.Truncated)]
    [InlineData("2 of them", "Unknown", UnknownReason.LevelTooLow | UnknownReason.Truncated)]
    [InlineData("3 of s*", "False", UnknownReason.None)]
    [InlineData("yes and not su", "Unknown", UnknownReason.LevelTooLow)]
    public void Reasons_travel_and_certainty_wins(string condition, string truth, UnknownReason why)
    {
        var detection = $"su: {{u: x}}\nsv: {{v: x}}\nsw: {{w: 3}}\nyes: {{a: 1}}\nno: {{a: 2}}\ncondition: {condition}";
        var verdict = Rules.Ask(detection, """{"a":1}""", Unseen);
        Assert.Equal((truth, why), (verdict.Truth.ToString(), verdict.Why));
    }

    [Theory]
    [InlineData("u: null")]
    [InlineData("u|exists: true")]
    [InlineData("u|exists: false")]
    [InlineData("u|neq: x")]
    [InlineData("u: '*'")]
    [InlineData("u|gt: 1")]
    [InlineData("u|re: x")]
    [InlineData("u|cidr: 10.0.0.0/8")]
    [InlineData("u|fieldref: a")]
    [InlineData("a|fieldref: u")]
    [InlineData("'u[none]': x")]
    public void Every_question_about_an_unknown_field_is_unknown(string item) =>
        Assert.Equal(Verdict.Unknown(UnknownReason.LevelTooLow), Rules.Ask($"s:\n  {item}\ncondition: s", """{"a":1}""", Unseen));

    [Fact]
    public void A_keyword_may_be_in_the_part_that_nobody_saw()
    {
        Assert.Equal(Verdict.Unknown(UnknownReason.Truncated), Rules.Ask("s: [evil]\ncondition: s", """{"a":"x"}""", new() { ["body"] = UnknownReason.Truncated }));
        Assert.Equal(Verdict.True, Rules.Ask("s: [evil]\ncondition: s", """{"a":"evil"}""", new() { ["body"] = UnknownReason.Truncated }));
    }
}
