using System.Text;
using System.Text.Json;
using AuditWatch.Detection.Conversion;
using AuditWatch.Detection.Rules;
using AuditWatch.Detection.Scanning;
using AuditWatch.Events;
using AuditWatch.Events.Framing;
using AuditWatch.Sigma.Evaluation;
using AuditWatch.Sigma.Parsing;
using AuditWatch.Storage.Tests.Elasticsearch;
using AuditWatch.Testing;

namespace AuditWatch.Storage.Tests.Conversion;

/// <summary>Rules converted to Lucene's syntax, asked of a real Elasticsearch that holds recorded events: they find what the engine finds, event for event.</summary>
public sealed class RulesAsLuceneQueries(SharedKit kit, ITestOutputHelper output)
{
    static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Every_rule_that_converts_to_Lucene_finds_exactly_the_events_on_which_it_is_true()
    {
        var server = await kit.ServerAsync();
        var recorded = await kit.RecordedAsync();
        var problems = new List<Problem>();
        var rules = RuleSnapshot.Load(RuleSources.Only([Path.Combine(Checkout.Root, "detections")]) with { Filters = false, Profiles = ["vanilla"] }, problems);
        var expected = Engine(rules, recorded.Events);
        var queries = rules.Rules.Select(r => HuntingQuery.Of(rules, r.Id, HuntingLanguage.Lucene)).ToList();
        Assert.All(queries, q => Assert.True(q.Query is null != q.Refusal is null, q.Rule.Name));
        var converted = queries.Where(q => q.Query is not null).ToList();

        await server.CountAsync(recorded.Place.AuditStream);
        var body = new StringBuilder();
        foreach (var query in converted)
            body.Append("{}\n").Append(JsonSerializer.Serialize(new { size = 10_000, _source = false, query = new { query_string = new { query = query.Query } } })).Append('\n');
        var answer = await server.SendAsync(HttpMethod.Post, $"/{recorded.Place.AuditStream}/_msearch?filter_path=responses.status,responses.error,responses.hits.hits._id", body.ToString());
        var wrong = new List<string>();
        var found = 0;
        foreach (var (query, response) in converted.Zip(answer.GetProperty("responses").EnumerateArray()))
        {
            if (response.TryGetProperty("error", out var error))
            {
                wrong.Add($"{query.Rule.Name}: {error.GetRawText()[..Math.Min(400, error.GetRawText().Length)]}");
                continue;
            }
            var selected = response.TryGetProperty("hits", out var hits) ? hits.GetProperty("hits").EnumerateArray().Select(h => h.GetProperty("_id").GetString()!).ToHashSet(StringComparer.Ordinal) : [];
            var wanted = expected.GetValueOrDefault(query.Rule.Id, []);
            found += selected.Count;
            if (!selected.SetEquals(wanted)) wrong.Add($"{query.Rule.Name}: {selected.Except(wanted).Count()} too many ({selected.Except(wanted).FirstOrDefault()}), {wanted.Except(selected).Count()} missing ({wanted.Except(selected).FirstOrDefault()})\n  {query.Query}");
        }

        output.WriteLine($"{converted.Count} of {rules.Rules.Count} rules convert; {found} events found among {recorded.Events.Count}.");
        Assert.True(wrong.Count == 0, $"{wrong.Count} wrong:\n" + string.Join('\n', wrong));
        Assert.True(converted.Count > 100 && found > 1_000, $"{converted.Count} converted, {found} found");
    }

    // By rule: the ids of the events on which it is true.
    static Dictionary<string, HashSet<string>> Engine(RuleSnapshot rules, IReadOnlyList<byte[]> events)
    {
        var expected = new Dictionary<string, HashSet<string>>(StringComparer.Ordinal);
        using var bytes = new MemoryStream();
        foreach (var line in events)
        {
            bytes.Write(line);
            bytes.WriteByte((byte)'\n');
        }
        var file = new InputFile("recording", null, () => new MemoryStream(bytes.ToArray()));
        new MatchRun(rules, new ScanOptions { Cluster = new() { Name = "prod-eu" } }, unknown: false).Run([file], m =>
        {
            if (m.Verdict.Truth == Truth.True) (expected.TryGetValue(m.RuleId, out var some) ? some : expected[m.RuleId] = new(StringComparer.Ordinal)).Add(EventId.Of("prod-eu", events[(int)m.Line - 1]).ToString());
        }, Stop);
        return expected;
    }
}
