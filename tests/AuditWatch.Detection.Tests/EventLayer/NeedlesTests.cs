using System.Text;
using AuditWatch.Detection.EventLayer;
using CsCheck;
using Xunit;

namespace AuditWatch.Detection.Tests.EventLayer;

public sealed class NeedlesTests
{
    static readonly Gen<string> Text = Gen.String[Gen.Char["abAB\":0 {}"], 0, 40];

    [Fact]
    public void What_stands_in_a_text_is_found_wherever_it_stands_and_nothing_else() =>
        Gen.Select(Gen.String[Gen.Char["abAB0"], 3, 5].Array[1, 300], Text).Sample(
            (needles, text) =>
            {
                var texts = needles.Select((n, i) => (n, Rule: 1UL << i % 60)).GroupBy(n => n.n).ToDictionary(g => g.Key, g => g.Aggregate(0UL, (all, one) => all | one.Rule));
                var expected = texts.Where(t => text.Contains(t.Key, StringComparison.OrdinalIgnoreCase)).Aggregate(0UL, (all, one) => all | one.Value);
                Assert.Equal(expected, new Needles(texts).In(Encoding.ASCII.GetBytes(text), 0, ulong.MaxValue));
            }, iter: 2_000, seed: "0000KDqoVnq2");

    [Theory]
    [InlineData("{\"runAsUser\":0}", true)]
    [InlineData("{\"runAsUser\" :\n 0}", true)]
    [InlineData("{\"RUNASUSER\":\"0\"}", false)]
    [InlineData("{\"runAsUser\":1000}", false)]
    [InlineData("{\"runAsUser\"", false)]
    [InlineData("{\"runAsUserName\":0}", false)]
    public void A_key_and_what_its_value_begins_with_may_have_white_space_between_them(string json, bool found) =>
        Assert.Equal(found ? 1UL : 0, new Needles([new("runAsUser\":0", 1)]).In(Encoding.ASCII.GetBytes(json), 0, 1));
}
