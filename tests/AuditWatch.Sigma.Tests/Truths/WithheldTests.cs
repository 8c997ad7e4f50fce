using AuditWatch.Sigma.Evaluation;

namespace AuditWatch.Sigma.Tests.Truths;

/// <summary>A text with a redaction mark says yes only to what would be so whatever stood there.</summary>
public sealed class WithheldTests
{
    [Theory]
    [InlineData("f: secret", "[redacted]", "Unknown")]
    [InlineData("f: '[redacted]'", "[redacted]", "Unknown")]
    [InlineData("f|contains: redacted", "[redacted]", "Unknown")]
    [InlineData("f: '*'", "[redacted]", "True")]
    [InlineData("f: '?*'", "[redacted]", "Unknown")]
    [InlineData("f|exists: true", "[redacted]", "True")]
    [InlineData("f: null", "[redacted]", "False")]
    [InlineData("f|startswith: 'token='", "token=[redacted:0123]&x=1", "True")]
    [InlineData("f|startswith: 'token=a'", "token=[redacted:0123]&x=1", "Unknown")]
    [InlineData("f|endswith: '&x=1'", "token=[redacted:0123]&x=1", "True")]
    [InlineData("f|endswith: ']&x=1'", "token=[redacted:0123]&x=1", "Unknown")]
    [InlineData("f: 'token=*&x=1'", "token=[redacted:0123]&x=1", "True")]
    [InlineData("f: 'token=?&x=1'", "token=[redacted:0123]&x=1", "Unknown")]
    [InlineData("f|contains: b", "a[redacted]b[redacted]c", "Unknown")]
    [InlineData("f|contains: c", "a[redacted]b[redacted]c", "True")]
    [InlineData("f: 'a*c'", "a[redacted]b[redacted]c", "True")]
    [InlineData("f|cased|startswith: To", "To[redacted]", "True")]
    [InlineData("f: [x, 'a*']", "a[redacted]", "True")]
    [InlineData("f: [q, r, s, t, u, v]", "a[redacted]", "Unknown")]
    [InlineData("f|re: '^tok'", "token=[redacted]", "True")]
    [InlineData("f|re: 'token=$'", "token=[redacted]", "Unknown")]
    [InlineData("f|re: 'token\\b'", "token[redacted]", "Unknown")]
    [InlineData("f|re: 'redacted'", "token=[redacted]", "Unknown")]
    [InlineData("f|re: 'x=1$'", "t=[redacted]&x=1", "True")]
    [InlineData("f|re: '.{3}'", "ab[redacted]", "Unknown")]
    [InlineData("f|cidr: 0.0.0.0/0", "10.0.[redacted]", "Unknown")]
    [InlineData("f|gt: 5", "10[redacted]", "Unknown")]
    [InlineData("f|neq: x", "[redacted]", "Unknown")]
    [InlineData("f|startswith|neq: 'a'", "a[redacted]", "False")]
    [InlineData("f|fieldref: g", "[redacted]", "Unknown")]
    [InlineData("f|fieldref: h", "[redacted]", "False")]
    public void Answer(string item, string text, string expected)
    {
        var verdict = Rules.Ask($"selection:\n  {item}\ncondition: selection", $$"""{"f":"{{text}}","g":"x"}""");
        Assert.Equal(expected, verdict.Truth.ToString());
        Assert.Equal(verdict.Truth == Truth.Unknown ? UnknownReason.Redacted : UnknownReason.None, verdict.Why);
        // A keyword search meets the same text.
    }

    [Theory]
    [InlineData("evil", "so evil [redacted]", "True")]
    [InlineData("evil", "ev[redacted]il", "Unknown")]
    [InlineData("evil", "good", "False")]
    public void Keywords(string word, string text, string expected) =>
        Assert.Equal(expected, Rules.Ask($"selection: [{word}]\ncondition: selection", $$"""{"f":"{{text}}"}""").Truth.ToString());
}
