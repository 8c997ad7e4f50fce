using AuditWatch.Sigma.Compilation;
using AuditWatch.Sigma.Evaluation;

namespace AuditWatch.Sigma.Tests.Matching;

public sealed class CostTests
{
    const string Detection = """
        sel:
          verb: [get, list]
          user|startswith: 'system:'
          path|contains|all: ['/secrets/', x]
          agent|re: '^curl/'
          ip|cidr: 10.0.0.0/8
          code|lt: 400
          'rules[any]': {verbs: '\*', on.a.b/c|endswith: z}
          name: [aa, bb, cc, dd, ee, tür]
        skip: {user|expand: '%them%'}
        words: ['|all']
        condition: sel and not skip or words
        """;

    [Fact]
    public void Evaluating_allocates_nothing()
    {
        var schema = new AnyField();
        var rule = Rules.Compile(Detection.Replace("['|all']", "[evil]", StringComparison.Ordinal), schema, new(new() { ["them"] = ["a", "b", "c", "d", "e", "f"] }));
        var view = new FixedView(schema, rule.Fields);
        for (var i = 0; i < 200; i++) rule.Evaluate(view);
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 1_000; i++) rule.Evaluate(view);
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    [Fact]
    public void Answers_per_symbol_stay_right_however_many_symbols_and_threads_there_are()
    {
        var schema = new AnyField();
        var rule = Rules.Compile("sel: {a|endswith: '7'}\ncondition: sel", schema);
        for (var i = 0; i < 20_000; i++) schema.Symbol("filler" + i);
        Parallel.For(0, 8, thread =>
        {
            for (var i = 0; i < 4_000; i++)
            {
                var text = "v" + (i * 31 + thread) % 3_000;
                Assert.Equal(text.EndsWith('7') ? Truth.True : Truth.False, rule.Evaluate(new JsonEvent(schema, $$"""{"a":"{{text}}"}""")).Truth);
            }
        });
    }

    /// <summary>Hands out the same values again and again, without allocating itself.</summary>
    sealed class FixedView(AnyField schema, IReadOnlyList<string> fields) : EventView
    {
        readonly System.Text.Json.JsonElement _rules = System.Text.Json.JsonDocument.Parse("""[{"verbs":["get"]},{"verbs":["a\n","*"],"on":{"a":{"b/c":"xyz"}}}]""").RootElement;

        readonly string[] _fields = [.. schema.Fields];

        public override FieldValue Get(int slot) => _fields[slot] switch
        {
            "rules" => new FieldValue { Kind = FieldKind.Array, Element = _rules, Symbol = -1 },
            "code" => new FieldValue { Kind = FieldKind.Number, Utf8 = "200"u8, Symbol = -1 },
            "verb" => new FieldValue { Kind = FieldKind.Text, Utf8 = "get"u8, Symbol = 1 },
            "user" => new FieldValue { Kind = FieldKind.Text, Utf8 = "system:x"u8, Symbol = 2 },
            "path" => new FieldValue { Kind = FieldKind.Text, Utf8 = "/api/Secrets/x"u8, Symbol = -1 },
            "agent" => new FieldValue { Kind = FieldKind.Text, Utf8 = "curl/8"u8, Symbol = -1 },
            "ip" => new FieldValue { Kind = FieldKind.Text, Utf8 = "10.1.2.3"u8, Symbol = -1 },
            "name" => new FieldValue { Kind = FieldKind.Text, Utf8 = "TÜR"u8, Symbol = -1 },
            _ => new FieldValue { Kind = FieldKind.Absent, Symbol = fields.Count },
        };

        public override bool AnyLeaf(LeafVisitor visit, out UnknownReason why)
        {
            why = UnknownReason.None;
            return visit("good"u8);
        }
    }
}
