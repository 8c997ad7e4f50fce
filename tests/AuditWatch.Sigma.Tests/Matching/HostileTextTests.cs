using System.Text;
using System.Text.RegularExpressions;
using AuditWatch.Sigma.Matching;

namespace AuditWatch.Sigma.Tests.Matching;

/// <summary>Texts that nobody means well with.</summary>
public sealed class HostileTextTests
{
    static readonly ValueMatcher[] Matchers =
    [
        new GlobMatcher(Pattern.Parse("a*ü?*b"), false), new GlobMatcher(Pattern.Parse("*?ü"), true), new GlobMatcher(Pattern.Parse("??"), false), new GlobMatcher(Pattern.Parse("*\uFFFD*"), false),
        new LiteralSetMatcher(["a", "ü", "\uFFFD"], false), new RegexMatcher(new Regex("^a.b$", RegexOptions.NonBacktracking)),
        NetworkMatcher.Create("::/0", out _)!, NumberMatcher.Create("gt", "1")!, new DatePartMatcher("hour", NumberMatcher.Create("eq", "1")!), new BooleanMatcher(true),
    ];

    [Fact]
    public void Bytes_that_are_no_text_are_answered_without_a_fault()
    {
        var random = new Random(1);
        var bytes = new byte[40];
        for (var i = 0; i < 20_000; i++)
        {
            random.NextBytes(bytes);
            var text = bytes.AsSpan(0, random.Next(bytes.Length));
            foreach (var matcher in Matchers)
            {
                matcher.MatchesText(text, false);
                matcher.MatchesText(text, true);
                matcher.MatchesNumber(text);
            }
        }
    }

    [Fact]
    public void A_wildcard_takes_an_invalid_byte_as_one_character_and_no_literal_equals_it()
    {
        Assert.True(new GlobMatcher(Pattern.Parse("a?b"), false).MatchesText("a\u0080b"u8, false));
        Assert.True(new GlobMatcher(Pattern.Parse("a?b"), false).MatchesText([(byte)'a', 0xC3, (byte)'b'], false));
        Assert.False(new GlobMatcher(Pattern.Parse("a\uFFFDb"), false).MatchesText([(byte)'a', 0xC3, (byte)'b'], false));
        Assert.True(new GlobMatcher(Pattern.Parse("*?"), false).MatchesText([0x80, 0x80], false));
    }

    [Fact]
    public void Many_stars_over_a_long_text_take_no_more_than_a_pass_for_each()
    {
        // Leftmost matches of the parts between stars suffice, so nothing is ever tried again.
        var pattern = new GlobMatcher(Pattern.Parse(string.Concat(Enumerable.Repeat("*a", 50)) + "*b"), false);
        var text = Encoding.UTF8.GetBytes(new string('a', 1_000_000));
        Assert.False(pattern.MatchesText(text, false));
    }

    [Fact]
    public void Half_a_surrogate_pair_in_an_escape_is_a_replacement_character()
    {
        Assert.Equal("True", Rules.Truth1("f: 'a\uFFFDb'", """{"f":["a\ud800b"]}""").ToString());
        Assert.Equal("True", Rules.Truth1("f: 'a\uFFFD\uFFFD'", """{"f":["a\udc00\ud800"]}""").ToString());
        Assert.Equal("True", Rules.Truth1("f: \"a\\n\\t\\\"/\"", """{"f":["a\n\t\"\/"]}""").ToString());
    }

    [Fact]
    public void Numbers_beyond_every_type_are_compared_or_refused()
    {
        Assert.Equal("True", Rules.Truth1("f|gt: 1", """{"f":1e999}""").ToString());
        Assert.Equal("True", Rules.Truth1("f|gt: 1e20", """{"f":123456789012345678901234567890123456789}""").ToString());
        Assert.Equal("False", Rules.Truth1("f|gt: 0", """{"f":"NaN"}""").ToString());
        Assert.Equal("True", Rules.Truth1("f|gt: 0", """{"f":1e-300}""").ToString());
        Assert.Equal("False", Rules.Truth1("f: 0", """{"f":1e-300}""").ToString());
        Assert.Equal("False", Rules.Truth1("f: 1", """{"f":" 1"}""").ToString());
        Assert.Equal("False", Rules.Truth1("f: 1", """{"f":"+1"}""").ToString());
    }
}
