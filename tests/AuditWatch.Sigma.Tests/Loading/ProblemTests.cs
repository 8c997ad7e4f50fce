using AuditWatch.Sigma.Parsing;

namespace AuditWatch.Sigma.Tests.Loading;

/// <summary>Nothing is half understood: each fault has a code, a place, a sentence and a remedy, and keeps the document from loading.</summary>
public sealed class ProblemTests
{
    const string Head = "title: T\nlogsource: {product: x}\ndetection:\n";

    public static TheoryData<string, string, int, int> Faults => new()
    {
        { "AW1001", "title: [unclosed", 0, 0 },
        { "AW1001", "a: *nowhere", 1, 4 },
        { "AW1002", Head + "  sel:\n    a: 1\n    a: 2\n  condition: sel", 6, 5 },
        { "AW1003", new string('[', 60) + new string(']', 60), 1, 49 },
        { "AW1003", "a: &a [x, x, x, x, x, x, x, x, x, x]\nb: &b [*a, *a, *a, *a, *a, *a, *a, *a, *a, *a]\nc: &c [*b, *b, *b, *b, *b, *b, *b, *b, *b, *b]\nd: &d [*c, *c, *c, *c, *c, *c, *c, *c, *c, *c]\ne: &e [*d, *d, *d, *d, *d, *d, *d, *d, *d, *d]\nf: [*e, *e, *e, *e, *e, *e, *e, *e, *e, *e]", 6, 5 },
        { "AW1004", "- a\n- b", 1, 1 },
        { "AW1004", "", 1, 1 },
        { "AW1004", "title: T\nlogsource: {product: x}", 1, 1 },
        { "AW1004", Head + "  s: {a: 1}\n  condition: s\nfilter: {}", 1, 1 },
        { "AW1006", "logsource: {product: x}\ndetection:\n  s: {a: 1}\n  condition: s", 1, 1 },
        { "AW1006", "title: T\ndetection:\n  s: {a: 1}\n  condition: s", 1, 1 },
        { "AW1006", Head + "  s: {a: 1}", 4, 3 },
        { "AW1007", "title: T\nlogsource: {product: x}\ndetection: yes", 3, 12 },
        { "AW1007", Head + "  s: [[1, 2]]\n  condition: s", 4, 7 },
        { "AW1007", Head + "  s: {a: [[1]]}\n  condition: s", 4, 11 },
        { "AW1007", "tags: {a: b}\n" + Head + "  s: {a: 1}\n  condition: s", 1, 7 },
        { "AW1008", Head + "  s: &m {a: 1}\n  t:\n    <<: *m\n  condition: s or t", 6, 5 },
        { "AW1008", Head + "  s: {a: !!binary aGk=}\n  condition: s", 4, 10 },
        { "AW1010", "id: 12\n" + Head + "  s: {a: 1}\n  condition: s", 1, 5 },
        { "AW1010", "level: severe\n" + Head + "  s: {a: 1}\n  condition: s", 1, 8 },
        { "AW1010", "status: new\n" + Head + "  s: {a: 1}\n  condition: s", 1, 9 },
        { "AW1010", "related: [{id: x, type: derived}]\n" + Head + "  s: {a: 1}\n  condition: s", 1, 11 },
        { "AW1100", Head + "  s: {a: 1}\n  condition: t", 5, 14 },
        { "AW1101", Head + "  s: {a: 1}\n  condition: 1 of t*", 5, 14 },
        { "AW1102", Head + "  s: {a: 1}\n  condition: s and", 5, 19 },
        { "AW1103", Head + "  s: {a: 1}\n  condition: s | count() > 3", 5, 16 },
        { "AW1103", Head + "  s: {a: 1}\n  timeframe: 5m\n  condition: s", 5, 3 },
        { "AW1106", Head + "  a b: {a: 1}\n  condition: s", 4, 3 },
        { "AW1107", Head + "  s: {a: 1}\n  condition: 2 of s*", 5, 14 },
        { "AW1200", Head + "  s: {a|containz: 1}\n  condition: s", 4, 7 },
        { "AW1201", Head + "  s: {a|contains|startswith: x}\n  condition: s", 4, 7 },
        { "AW1201", Head + "  s: {a|contains|contains: x}\n  condition: s", 4, 7 },
        { "AW1201", Head + "  s: {a|contains|re: x}\n  condition: s", 4, 7 },
        { "AW1201", Head + "  s: {a|re|cidr: x}\n  condition: s", 4, 7 },
        { "AW1201", Head + "  s: {a|i: x}\n  condition: s", 4, 7 },
        { "AW1201", Head + "  s: {a|gt|contains: 5}\n  condition: s", 4, 7 },
        { "AW1201", Head + "  s: {a|gt|hour: 5}\n  condition: s", 4, 7 },
        { "AW1201", Head + "  s: {a|hour|day: 5}\n  condition: s", 4, 7 },
        { "AW1201", Head + "  s: {a|exists|all: true}\n  condition: s", 4, 7 },
        { "AW1201", Head + "  s: {'|exists': true}\n  condition: s", 4, 7 },
        { "AW1202", Head + "  s: {a|exists: yes}\n  condition: s", 4, 17 },
        { "AW1202", Head + "  s: {a|exists: [true, false]}\n  condition: s", 4, 18 },
        { "AW1202", Head + "  s: {a|gt: many}\n  condition: s", 4, 13 },
        { "AW1202", Head + "  s: {a|contains: true}\n  condition: s", 4, 19 },
        { "AW1202", Head + "  s: {a|contains: null}\n  condition: s", 4, 19 },
        { "AW1202", Head + "  s: [~]\n  condition: s", 4, 7 },
        { "AW1202", Head + "  s: {a|fieldref: 5}\n  condition: s", 4, 19 },
        { "AW1203", Head + "  s: {'.': 5}\n  condition: s", 4, 7 },
        { "AW1204", Head + "  s: {a: [x, null]}\n  condition: s", 4, 14 },
        { "AW1205", Head + "  s: {a: []}\n  condition: s", 4, 10 },
        { "AW1205", Head + "  s: []\n  condition: s", 4, 6 },
        { "AW1205", Head + "  s: {}\n  condition: s", 4, 6 },
        { "AW1206", Head + "  s: {a|re: 'a(b'}\n  condition: s", 4, 13 },
        { "AW1206", Head + "  s: {a|re: 'a(?=b)'}\n  condition: s", 4, 13 },
        { "AW1206", Head + "  s: {a|re: '(a)\\1'}\n  condition: s", 4, 13 },
        { "AW1206", Head + "  s: {a|re: ''}\n  condition: s", 4, 13 },
        { "AW1207", Head + "  s: {a|cidr: 10.0.0.0/33}\n  condition: s", 4, 15 },
        { "AW1207", Head + "  s: {a|cidr: 10.0.0.1/8}\n  condition: s", 4, 15 },
        { "AW1207", Head + "  s: {a|cidr: localhost}\n  condition: s", 4, 15 },
        { "AW1208", Head + "  s: {a|expand: name}\n  condition: s", 4, 17 },
        { "AW1209", Head + "  s: {a|base64: 'a*'}\n  condition: s", 4, 17 },
        { "AW1209", Head + "  s: {a|contains|base64: x}\n  condition: s", 4, 26 },
        { "AW1211", Head + "  s: {a|windash: '-a -b -c -d -e -f'}\n  condition: s", 4, 18 },
        { "AW1213", Head + "  s: {a: {b: 1}}\n  condition: s", 4, 10 },
        { "AW1214", Head + "  s: {'a[some]': 1}\n  condition: s", 4, 7 },
        { "AW1214", Head + "  s: {'a[any': 1}\n  condition: s", 4, 7 },
        { "AW1401", "title: T\nlogsource: {}\ndetection:\n  s: {a: 1}\n  condition: s", 2, 12 },
    };

    [Theory]
    [MemberData(nameof(Faults))]
    public void A_fault_has_a_code_and_a_place(string code, string text, int line, int column)
    {
        var result = SigmaParser.Parse(text, "dir/rule.yml");
        var problem = Assert.Single(result.Problems, p => p.Severity == ProblemSeverity.Error);
        Assert.Equal(code, problem.Code);
        Assert.Equal("dir/rule.yml", problem.File);
        if (line > 0) Assert.Equal((line, column), (problem.Line, problem.Column));
        Assert.EndsWith(".", problem.Message, StringComparison.Ordinal);
        Assert.Empty(result.Documents);
    }

    [Fact]
    public void Every_code_is_explained_in_the_handbook()
    {
        var page = File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "sigma.md"));
        var codes = typeof(Codes).GetFields().Select(f => (string)f.GetRawConstantValue()!).ToArray();
        Assert.True(codes.Length > 30);
        Assert.All(codes, c => Assert.Contains($"| {c} |", page, StringComparison.Ordinal));
        Assert.Equal(codes.Length, codes.Distinct().Count());
    }

    [Fact]
    public void An_unknown_modifier_comes_with_the_one_that_was_meant() =>
        Assert.Equal("Did you mean 'startswith'?", Rules.Refused(Rules.Text("s: {a|startwith: x}\ncondition: s")).Fix);

    [Fact]
    public void A_bad_document_does_not_take_its_neighbours_along()
    {
        var good = Rules.Text("s: {a: 1}\ncondition: s");
        var result = SigmaParser.Parse(good + "---\n" + Rules.Text("s: {a: 1}\ncondition: t") + "---\n" + good + "---\n" + Rules.Text("s:\n  a: 1\n  a: 2\ncondition: s"), "f");
        Assert.Equal(2, result.Documents.Count);
        var torn = SigmaParser.Parse("# first\n" + good + "---\ntitle: 'never closed\n---   # third\n" + good, "f");
        Assert.Equal([2, 10], torn.Documents.Select(d => d.Line));
        Assert.Equal(("AW1001", 8), (Assert.Single(torn.Problems).Code, torn.Problems[0].Line));
        Assert.Equal(["AW1002", "AW1100"], result.Problems.Select(p => p.Code).Order());
        Assert.Equal("A rule", result.Problems.Single(p => p.Code == "AW1100").Rule);
    }

    [Fact]
    public void Problems_that_only_schema_and_lists_can_tell_come_from_compiling()
    {
        var rule = Rules.Parse(Rules.Text("s:\n  nosuch.field: 1\n  a|expand: '%nolist%'\ncondition: s"));
        var problems = new List<Problem>();
        Assert.Null(Compilation.RuleCompiler.Compile(rule, new AnyField(), Rules.NoLists, [], problems));
        Assert.Equal([("AW1203", 5, 5, "a-rule"), ("AW1208", 6, 15, "a-rule")], problems.Select(p => (p.Code, p.Line, p.Column, p.Rule!)));
        Assert.Contains("Did you mean 'verb'?", problems[0].Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_bad_entry_of_a_list_is_found_when_the_rule_is_compiled()
    {
        var rule = Rules.Parse(Rules.Text("s: {a|cidr|expand: '%nets%'}\ncondition: s"));
        var problems = new List<Problem>();
        Assert.Null(Compilation.RuleCompiler.Compile(rule, new AnyField(), new Lists(new() { ["nets"] = ["10.0.0.0/8", "home"] }), [], problems));
        Assert.Equal("AW1207", Assert.Single(problems).Code);
    }
}
