using AuditWatch.Sigma.Compilation;

namespace AuditWatch.Sigma.Tests.Loading;

/// <summary>A revision changes exactly when the meaning of the compiled rule may have.</summary>
public sealed class RevisionTests
{
    static string Of(string text, Lists? lists = null, string file = "a.yml")
    {
        var rule = (Parsing.SigmaRule)Parsing.SigmaParser.Parse(text, file).Documents[0];
        var problems = new List<Parsing.Problem>();
        var compiled = RuleCompiler.Compile(rule, new AnyField(), lists ?? Rules.NoLists, [], problems);
        Assert.Empty(problems);
        Assert.Matches("^[0-9a-f]{16}$", compiled!.Revision);
        return compiled.Revision;
    }

    const string Base = "title: T\nlogsource: {product: x}\nlevel: high\ndetection:\n  s:\n    a|contains: [x, y]\n    b: 1\n  t: {c: z}\n  condition: s and not t\n";

    [Fact]
    public void Layout_title_description_names_and_order_do_not_matter()
    {
        Assert.Equal(Of(Base), Of(Base, file: "other/place.yml"));
        Assert.Equal(Of(Base), Of(Base.Replace("title: T", "# moved\ntitle: Another\ndescription: d\ntags: [x.y]", StringComparison.Ordinal)));
        Assert.Equal(Of(Base), Of(Base.Replace("[x, y]", "[Y, X]", StringComparison.Ordinal)));
        Assert.Equal(Of(Base), Of(Base.Replace("s and not t", "not t and (s)", StringComparison.Ordinal)));
        Assert.Equal(Of(Base), Of(Base.Replace("  t: {c", "  u: {c", StringComparison.Ordinal).Replace("not t", "not u", StringComparison.Ordinal)));
    }

    [Theory]
    [InlineData("level: high", "level: low")]
    [InlineData("[x, y]", "[x, z]")]
    [InlineData("|contains", "|contains|all")]
    [InlineData("|contains", "|contains|cased")]
    [InlineData("|contains", "|startswith")]
    [InlineData("b: 1", "b: '1'")]
    [InlineData("b: 1", "b: 2")]
    [InlineData("b: 1", "b|exists: true")]
    [InlineData("s and not t", "s or not t")]
    [InlineData("s and not t", "s and t")]
    [InlineData("{c: z}", "{d: z}")]
    public void A_change_of_meaning_does(string from, string to) => Assert.NotEqual(Of(Base), Of(Base.Replace(from, to, StringComparison.Ordinal)));

    [Fact]
    public void Lists_are_part_of_it()
    {
        const string rule = "title: T\nlogsource: {product: x}\ndetection: {s: {a|expand: '%l%'}, condition: s}";
        var one = Of(rule, new(new() { ["l"] = ["a", "b"] }));
        Assert.Equal(one, Of(rule, new(new() { ["l"] = ["b", "A"] })));
        Assert.NotEqual(one, Of(rule, new(new() { ["l"] = ["a", "b", "c"] })));
    }
}
