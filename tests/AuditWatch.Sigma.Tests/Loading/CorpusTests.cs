using AuditWatch.Sigma.Compilation;
using AuditWatch.Sigma.Parsing;

namespace AuditWatch.Sigma.Tests.Loading;

public sealed class CorpusTests
{
    static readonly Lists Lists = new(new() { ["admins"] = ["root", "jane"], ["networks"] = ["10.0.0.0/8"], ["names"] = ["a*", "b"] });

    [Fact]
    public void Each_of_a_hundred_rules_is_understood_or_refused_with_the_code_it_announces()
    {
        var texts = Corpus.Texts.ToArray();
        Assert.True(texts.Length >= 100, $"{texts.Length} texts");
        foreach (var text in texts)
        {
            // A comment says what is expected: "# refused: AW1203", or nothing for a sound document.
            var announced = text.Split('\n').Where(l => l.StartsWith("# refused: ", StringComparison.Ordinal)).Select(l => l[11..].Trim()).ToArray();
            var result = SigmaParser.Parse(text, "corpus.yml");
            var problems = result.Problems.ToList();
            foreach (var rule in result.Documents.OfType<SigmaRule>()) RuleCompiler.Compile(rule, new AnyField(), Lists, [], problems);
            var errors = problems.Where(p => p.Severity == ProblemSeverity.Error).ToArray();
            Assert.True(announced.SequenceEqual(errors.Select(e => e.Code).Distinct()), $"{string.Join("; ", errors.Select(e => $"{e.Line}:{e.Column} {e.Code} {e.Message}"))}\n{text}");
            Assert.All(errors, e => Assert.True(e is { Line: > 0, Column: > 0 }, text));
        }
    }

    [Fact]
    public void Reading_twice_gives_the_same_ids_and_revisions() => Assert.Equal(All(), All());

    static string All() => string.Join("\n", Corpus.Texts.SelectMany(t => SigmaParser.Parse(t, "corpus.yml").Documents)
        .Select(d => d.Id + (d is SigmaRule r ? RuleCompiler.Compile(r, new AnyField(), Lists, [], new List<Problem>())?.Revision : "")));
}
