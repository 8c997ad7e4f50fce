using System.Text;
using AuditWatch.Sigma.Matching;
using CsCheck;

namespace AuditWatch.Sigma.Tests.Matching;

public sealed class Utf8FoldTests
{
    [Fact]
    public void No_character_outside_ASCII_folds_into_it_and_folding_twice_changes_nothing()
    {
        for (var code = 0x80; code < 0x110000; code++)
        {
            if (!Rune.IsValid(code)) continue;
            var folded = Utf8Fold.Fold(code);
            Assert.True(folded >= 0x80 && Utf8Fold.Fold(folded) == folded, code.ToString("x"));
            Assert.True(new Rune(folded).Utf8SequenceLength <= Utf8Fold.MaxFolded(new Rune(code).Utf8SequenceLength));
            Assert.True(new Rune(folded).Utf8SequenceLength * 3 >= new Rune(code).Utf8SequenceLength);
        }
    }

    [Fact]
    public void Two_texts_fold_alike_exactly_when_the_runtime_calls_them_equal_without_case() =>
        Gen.Select(Gen.Char["aAbBäÄßſKkσςΣıİiI\u212A"].Array[0, 4], Gen.Char["aAbBäÄßſKkσςΣıİiI\u212A"].Array[0, 4]).Sample((a, b) =>
        {
            var (x, y) = (new string(a), new string(b));
            return Folded(x).SequenceEqual(Folded(y)) == x.Equals(y, StringComparison.OrdinalIgnoreCase)
                && new GlobMatcher(Pattern.Literal(x), false).MatchesText(Encoding.UTF8.GetBytes(y), false) == x.Equals(y, StringComparison.OrdinalIgnoreCase)
                && new LiteralSetMatcher([x, "other"], false).MatchesText(Encoding.UTF8.GetBytes(y), false) == x.Equals(y, StringComparison.OrdinalIgnoreCase)
                && new GlobMatcher(Pattern.Literal(x).Contains(), false).MatchesText(Encoding.UTF8.GetBytes(y), false) == y.Contains(x, StringComparison.OrdinalIgnoreCase)
                && new GlobMatcher(Pattern.Literal(x).StartsWith(), false).MatchesText(Encoding.UTF8.GetBytes(y), false) == y.StartsWith(x, StringComparison.OrdinalIgnoreCase)
                && new GlobMatcher(Pattern.Literal(x).EndsWith(), false).MatchesText(Encoding.UTF8.GetBytes(y), false) == y.EndsWith(x, StringComparison.OrdinalIgnoreCase);
        }, iter: 20_000);

    static byte[] Folded(string text)
    {
        var utf8 = Encoding.UTF8.GetBytes(text);
        var buffer = new byte[Utf8Fold.MaxFolded(utf8.Length)];
        return buffer[..Utf8Fold.FoldInto(utf8, buffer)];
    }
}
