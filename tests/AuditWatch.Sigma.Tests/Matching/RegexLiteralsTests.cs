using System.Text.RegularExpressions;
using AuditWatch.Sigma.Matching;
using CsCheck;
using Xunit;

namespace AuditWatch.Sigma.Tests.Matching;

public sealed class RegexLiteralsTests
{
    [Theory]
    [InlineData("^(attach|detach)-controller$", new[] { "-controller" })]
    [InlineData("/dev/(tcp|udp)/", new[] { "/dev/" })]
    [InlineData("xmrig|minerd", new[] { "xmrig", "minerd" })]
    [InlineData(@"curl\b.*\|\s*(ba)?sh", new[] { "curl" })]
    [InlineData("(?i)nsenter", new[] { "nsenter" })]
    [InlineData("a{0,3}bcd", new[] { "bcd" })]
    [InlineData("colou?r", new[] { "colo" })]
    [InlineData("(?!safe)rm +-rf", new[] { "rm " })]
    [InlineData(@"a\.b\/c", new[] { "a.b/c" })]
    public void Every_match_contains_one_of_the_texts_found(string pattern, string[] expected) => Assert.Equal(expected.Order(), RegexLiterals.Of(pattern)!.Order());

    [Theory]
    [InlineData("[a-z]+")]
    [InlineData("(abc)?")]
    [InlineData("abc|.*")]
    [InlineData("(?x) a b c")]
    [InlineData("a*")]
    public void Where_nothing_must_stand_nothing_is_said(string pattern) => Assert.Null(RegexLiterals.Of(pattern));

    static readonly string[] Pieces = ["ab", "cd", "x", "(ab|cd)", "(?:x|yz)", "[ab]", "[^x]", ".", "a?", "b*", "c+", "(de)+", "(fg)?", "x{2}", "y{0,2}", @"\.", @"\d", "^", "$", "(?=a)", "(?i)", "|"];

    static readonly Gen<string> Piece = Gen.Int[0, Pieces.Length - 1].Select(i => Pieces[i]);

    [Fact]
    public void It_never_says_more_than_is_true() =>
        Gen.Select(Piece.Array[1, 7], Gen.String[Gen.Char["abcdefgxyz.1"], 0, 12].Array[30]).Sample(
            (pieces, texts) =>
            {
                var pattern = string.Concat(pieces);
                if (!TryRegex(pattern, out var regex) || RegexLiterals.Of(pattern) is not { } needed) return;
                foreach (var text in texts.Where(t => regex.IsMatch(t)))
                    Assert.True(needed.Any(n => text.Contains(n, StringComparison.OrdinalIgnoreCase)), $"{pattern} matches {text}, which has none of {string.Join(' ', needed)}");
            }, iter: 4_000, seed: "0000KDqoVnq2");

    static bool TryRegex(string pattern, out Regex regex)
    {
        try
        {
            regex = new Regex(pattern, RegexOptions.CultureInvariant, TimeSpan.FromSeconds(5));
            return true;
        }
        catch (ArgumentException)
        {
            regex = new Regex("");
            return false;
        }
    }
}
