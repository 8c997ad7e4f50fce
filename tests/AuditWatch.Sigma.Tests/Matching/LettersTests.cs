using System.Text;
using System.Text.RegularExpressions;
using AuditWatch.Sigma.Matching;

namespace AuditWatch.Sigma.Tests.Matching;

/// <summary>Looking at a text's letters first must never change an answer.</summary>
public sealed class LettersTests
{
    static readonly ValueMatcher[] Matchers =
    [
        new GlobMatcher(Pattern.Parse("*nc -e*"), false), new GlobMatcher(Pattern.Parse("*KS*"), false), new GlobMatcher(Pattern.Parse("*Ks*"), true), new GlobMatcher(Pattern.Parse("a?s"), false),
        new GlobMatcher(Pattern.Parse("*{[~*"), false), new GlobMatcher(Pattern.Parse("*ü*"), false), new GlobMatcher(Pattern.Parse("*"), false), new LiteralSetMatcher(["ks", "-e"], false),
        new RegexMatcher(new Regex("(^|/)(nc|ks)$", RegexOptions.NonBacktracking)), new RegexMatcher(new Regex("K[{]s", RegexOptions.NonBacktracking | RegexOptions.IgnoreCase)), new BooleanMatcher(true),
    ];

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void One_of_several_matches_exactly_where_one_of_them_matches_alone(int seed)
    {
        var random = new Random(seed);
        // Without and with letters that are equal to ASCII ones but for their case.
        string[] parts = ["nc", " -e", "k", "K", "s", "S", "a", "{", "[", "~", "^", "/", " ", "0", "@", "`", "true", seed == 1 ? "-" : "\u212A", seed == 1 ? "." : "\u017F", seed == 1 ? "_" : "ü"];
        var held = 0;
        for (var round = 0; round < 20_000; round++)
        {
            ValueMatcher[] some = [.. Enumerable.Range(0, random.Next(1, 5)).Select(_ => Matchers[random.Next(Matchers.Length)])];
            var text = Encoding.UTF8.GetBytes(string.Concat(Enumerable.Range(0, random.Next(5)).Select(_ => parts[random.Next(parts.Length)])));
            var alone = Array.Exists(some, m => m.MatchesText(text, false));
            Assert.Equal(alone, new AnyMatcher(some).MatchesText(text, false));
            if (alone) held++;
        }

        Assert.InRange(held, 1000, 19_000);
    }

    [Theory]
    [InlineData("(^|/)(nc|ks)$", RegexOptions.None, "/usr/bin/nc", true)]
    [InlineData("(^|/)(nc|ks)$", RegexOptions.None, "/usr/bin/NC", false)]
    [InlineData("exec:/bin", RegexOptions.IgnoreCase, "EXEC:/Bin/sh", true)]
    [InlineData("exec:/bin", RegexOptions.IgnoreCase, "exec:/usr", false)]
    [InlineData("ks", RegexOptions.IgnoreCase, "\u212A\u017F", true)]
    public void An_expression_is_searched_where_its_letters_stand(string pattern, RegexOptions options, string text, bool matches)
    {
        var regex = new Regex(pattern, options | RegexOptions.NonBacktracking | RegexOptions.CultureInvariant);
        Assert.Equal(regex.IsMatch(text), new RegexMatcher(regex).MatchesText(Encoding.UTF8.GetBytes(text), false));
        if (text.All(char.IsAscii)) Assert.Equal(matches, regex.IsMatch(text));
    }
}
