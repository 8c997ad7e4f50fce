using System.Text;
using AuditWatch.Sigma.Compilation;
using AuditWatch.Sigma.Parsing;

namespace AuditWatch.Sigma.Tests.Loading;

/// <summary>Whatever a file holds, reading it ends with documents and problems, never with an exception.</summary>
public sealed class FuzzTests
{
    static readonly string[] Pieces =
    [
        "\n", "  ", ":", "- ", "[", "]", "{", "}", "'", "\"", "|", "*", "&a", "*a", "#", "!!x ", "<<: ", "---\n", "null", "true", "condition:", "detection:", "filter:", "correlation:", "not ",
        "1 of them", "(", ")", "[any]", "[0]", "\\", "%x%", "|re", "|expand", "|cidr", "|base64offset", "|contains", "|exists", "\t", "\0", "\uFEFF", "😀", "9999999999999999999999", "-", "title: x",
    ];

    [Fact]
    public void Mutated_rules_are_read_or_refused()
    {
        var texts = Corpus.Texts.ToArray();
        var refused = 0;
        for (var seed = 0; seed < 3_000; seed++)
        {
            var random = new Random(seed);
            var text = new StringBuilder(texts[random.Next(texts.Length)]);
            for (var i = random.Next(1, 5); i > 0; i--)
            {
                var at = random.Next(text.Length);
                switch (random.Next(4))
                {
                    case 0: text.Remove(at, Math.Min(random.Next(1, 12), text.Length - at)); break;
                    case 1: text.Insert(at, Pieces[random.Next(Pieces.Length)]); break;
                    case 2: text[at] = (char)random.Next(1, 0x250); break;
                    default: text.Insert(at, text.ToString(random.Next(text.Length / 2), text.Length / 4)); break;
                }
                if (text.Length == 0) text.Append('x');
            }
            try
            {
                var result = SigmaParser.Parse(text.ToString(), "fuzz.yml");
                if (result.HasErrors) refused++;
                foreach (var rule in result.Documents.OfType<SigmaRule>())
                {
                    var problems = new List<Problem>();
                    var compiled = RuleCompiler.Compile(rule, new AnyField(), Rules.NoLists, [.. result.Documents.OfType<SigmaFilter>()], problems);
                    Assert.Equal(compiled is null, problems.Count > 0);
                }
            }
            catch (Exception wrong) when (wrong is not Xunit.Sdk.XunitException)
            {
                throw new InvalidOperationException($"seed {seed}: {wrong}\n{text}", wrong);
            }
        }
        Assert.InRange(refused, 300, 2_990);
    }
}
