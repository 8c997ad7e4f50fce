using System.Text.Json;
using System.Text.Json.Nodes;
using AuditWatch.Sigma.Parsing;
using AuditWatch.Sigma.Yaml;

namespace AuditWatch.Sigma.Tests.Loading;

/// <summary>detections/schema.json says what the parser says, as far as a schema can.</summary>
public sealed class SchemaTests
{
    static readonly JsonNode Root = JsonNode.Parse(File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "schema.json")))!;
    static readonly MiniSchema Schema = new(Root);

    static JsonNode? Json(string yaml) => JsonSerializer.SerializeToNode(Assert.Single(YamlReader.Read(yaml, new ProblemList("f", new List<Problem>()))).ToPlain());

    [Fact]
    public void What_the_parser_accepts_the_schema_accepts()
    {
        var accepted = 0;
        foreach (var text in Corpus.Texts)
        {
            if (SigmaParser.Parse(text, "f").HasErrors) continue;
            Assert.True(Schema.Fault(Json(text)) is null, Schema.Fault(Json(text)) + "\n" + text);
            accepted++;
        }
        Assert.True(accepted > 70);
    }

    [Theory]
    [InlineData("title: T\nlogsource: {product: x}\ndetection: {s: {a|containz: 1}, condition: s}")]
    [InlineData("title: T\nlogsource: {product: x}\ndetection: {s: {a: 1}}")]
    [InlineData("title: T\nlogsource: {product: x}\ndetection: {s: {a: 1}, condition: s | count() > 1}")]
    [InlineData("title: T\nlogsource: {product: x}\ndetection: {s: {a: [x, null]}, condition: s}")]
    [InlineData("title: T\nlogsource: {product: x}\ndetection: {s: {a: []}, condition: s}")]
    [InlineData("title: T\nlogsource: {product: x}\ndetection: {s: {}, condition: s}")]
    [InlineData("title: T\nlogsource: {product: x}\ndetection: {and: {a: 1}, condition: and}")]
    [InlineData("title: T\nlogsource: {product: x}\ndetection: {s: {a: 1}, timeframe: 5m, condition: s}")]
    [InlineData("title: T\nlogsource: {}\ndetection: {s: {a: 1}, condition: s}")]
    [InlineData("title: T\ndetection: {s: {a: 1}, condition: s}")]
    [InlineData("title: T\nlevel: severe\nlogsource: {product: x}\ndetection: {s: {a: 1}, condition: s}")]
    [InlineData("title: T\nid: 5\nlogsource: {product: x}\ndetection: {s: {a: 1}, condition: s}")]
    [InlineData("title: T\nlogsource: {product: x}\ndetection: {s: {a: 1}, condition: s}\nfilter: {s: {a: 1}, condition: s}")]
    [InlineData("title: T\ncorrelation: {type: event_count, rules: [a], timespan: 5, condition: {gte: 1}}")]
    [InlineData("title: T\ncorrelation: {type: counted, rules: [a], timespan: 5m, condition: {gte: 1}}")]
    [InlineData("title: T\ncorrelation: {type: event_count, rules: [a], timespan: 5m, condition: {atleast: 1}}")]
    public void What_the_parser_refuses_for_its_form_the_schema_refuses(string yaml)
    {
        Assert.True(SigmaParser.Parse(yaml, "f").HasErrors);
        Assert.NotNull(Schema.Fault(Json(yaml)));
    }

    [Theory]
    [InlineData("{alert: false}", true)]
    [InlineData("{alert: true, level_reason: r, close_note: required, requires: {level: Request}, runbook: [a], entities: [user.username]}", true)]
    [InlineData("{owner: o, reason: r, expires: 2027-01-01}", true)]
    [InlineData("{suppress: {by: [user.username], for: 24h}}", true)]
    [InlineData("{suppress: {by: a}}", false)]
    [InlineData("{suppress: {by: a, fro: 24h}}", false)]
    [InlineData("{first_seen: {learning: 7d, events: 10, per: [a]}}", true)]
    [InlineData("{first_seen: {learning: soon}}", false)]
    [InlineData("{window: tumbling, metrics: [{rule: a, field: b, gte: 3, lt: 9}, {rule: a, gte: 1}]}", true)]
    [InlineData("{usual: {times: 10, history: 7d, learning: 1d}}", true)]
    [InlineData("{usual: {times: 10}}", false)]
    [InlineData("{absence: {}}", true)]
    [InlineData("{absence: {seen: 3}}", true)]
    [InlineData("{absence: {seen: 0}}", false)]
    [InlineData("{absence: true}", false)]
    [InlineData("{window: hopping}", false)]
    [InlineData("{metrics: [{gte: 3}]}", false)]
    [InlineData("{metrics: [{rule: a, least: 3}]}", false)]
    [InlineData("{alert: maybe}", false)]
    [InlineData("{alrt: false}", false)]
    [InlineData("{requires: {level: All}}", false)]
    [InlineData("{runbook: look}", false)]
    public void Our_own_block(string block, bool fits) =>
        Assert.Equal(fits, Schema.Fault(Json($"title: T\nlogsource: {{product: x}}\ndetection: {{s: {{a: 1}}, condition: s}}\nauditwatch: {block}")) is null);

    [Fact]
    public void It_knows_every_modifier()
    {
        var pattern = Root["$defs"]!["items"]!["propertyNames"]!["pattern"]!.GetValue<string>();
        Assert.All(Modifiers.All, m => Assert.Matches(pattern, "field|" + m));
        Assert.DoesNotMatch(pattern, "field|nosuch");
    }
}
