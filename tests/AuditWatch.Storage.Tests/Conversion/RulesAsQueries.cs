using AuditWatch.Detection.Conversion;
using AuditWatch.Detection.Rules;
using AuditWatch.Detection.Scanning;
using AuditWatch.Events;
using AuditWatch.Events.Framing;
using AuditWatch.Events.Model;
using AuditWatch.Sigma.Evaluation;
using AuditWatch.Sigma.Parsing;
using AuditWatch.Storage.Index;
using AuditWatch.Testing;
using ZstdSharp;

namespace AuditWatch.Storage.Tests.Conversion;

/// <summary>Rules converted to SQL, asked of a real index of recorded events: they find what the engine finds, event for event.</summary>
public sealed class RulesAsQueries(ITestOutputHelper output)
{
    static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Every_rule_that_converts_to_SQL_selects_exactly_the_events_on_which_it_is_true()
    {
        var problems = new List<Problem>();
        var rules = RuleSnapshot.Load(RuleSources.Only([Path.Combine(Checkout.Root, "detections")]) with { Filters = false, Profiles = ["vanilla"] }, problems);
        var events = Recording();
        using var folder = new TemporaryFolder();
        await using var index = await IndexAsync(folder, events);
        var expected = new Dictionary<string, HashSet<int>>(StringComparer.Ordinal);
        var file = new InputFile("recording", null, () => new MemoryStream([.. events.SelectMany(e => e.ToArray().Append((byte)'\n'))]));
        // Redaction does not change a field that the index keeps of these events, but bodies; the index and the engine see the same bytes.
        new MatchRun(rules, new ScanOptions { Cluster = new() { Name = "prod" } }, unknown: false).Run([file], m =>
        {
            if (m.Verdict.Truth == Truth.True) (expected.TryGetValue(m.RuleId, out var some) ? some : expected[m.RuleId] = []).Add((int)m.Line - 1);
        }, Stop);
        int converted = 0, found = 0;
        var wrong = new List<string>();
        foreach (var rule in rules.Rules)
        {
            var query = HuntingQuery.Of(rules, rule.Id, HuntingLanguage.Sql);
            Assert.True(query.Query is null != query.Refusal is null, rule.Name);
            if (query.Query is null) continue;
            converted++;
            using var answer = await index.SqlAsync(new SqlQuestion(query.Query.Replace("SELECT *", "SELECT \"index\"", StringComparison.Ordinal)) { Limit = 0 }, Stop);
            var selected = answer.Rows().Select(r => Convert.ToInt32(r[0], System.Globalization.CultureInfo.InvariantCulture)).ToHashSet();
            var wanted = expected.GetValueOrDefault(rule.Id, []);
            found += selected.Count;
            if (!selected.SetEquals(wanted)) wrong.Add($"{rule.Name}: {selected.Except(wanted).Count()} too many ({string.Join(",", selected.Except(wanted).Take(3))}), {wanted.Except(selected).Count()} missing ({string.Join(",", wanted.Except(selected).Take(3))})\n  {query.Query}");
        }

        output.WriteLine($"{converted} of {rules.Rules.Count} rules convert; {found} events selected.");
        Assert.True(wrong.Count == 0, string.Join('\n', wrong));
        Assert.True(converted > 40 && found > 50, $"{converted} converted, {found} found");
    }

    [Theory]
    [InlineData("{selection: {verb: get, objectRef.resource: secrets}, condition: selection}", HuntingLanguage.Sql, "SELECT * FROM events WHERE (coalesce(lower(verb) = 'get', false) AND coalesce(lower(resource) = 'secrets', false))")]
    [InlineData("{selection: {verb: get, objectRef.resource: secrets}, condition: selection}", HuntingLanguage.Esql, "FROM logs-kubernetes.audit_logs-* | WHERE (coalesce(TO_LOWER(kubernetes.audit.verb) == \"get\", false) AND coalesce(TO_LOWER(kubernetes.audit.objectRef.resource) == \"secrets\", false))")]
    [InlineData("{selection: {verb: get, objectRef.resource: secrets}, condition: selection}", HuntingLanguage.Lucene, "(kubernetes.audit.verb:\"get\" AND kubernetes.audit.objectRef.resource:\"secrets\")")]
    [InlineData("{selection: {user.username: Al*}, condition: selection}", HuntingLanguage.Lucene, "kubernetes.audit.user.username:/[aA][lL].*/")]
    [InlineData("{selection: {verb: get}, a: {responseStatus.code: 403}, condition: selection and not a}", HuntingLanguage.Lucene, "(kubernetes.audit.verb:\"get\" AND ((*:* AND NOT kubernetes.audit.responseStatus.code:403) AND (_exists_:kubernetes.audit.responseStatus.code OR (*:* AND NOT kubernetes.audit.stage:RequestReceived))))")]
    [InlineData("{selection: {user.username: \"o'neil\"}, condition: selection}", HuntingLanguage.Sql, "SELECT * FROM events WHERE coalesce(lower(\"user\") = 'o''neil', false)")]
    public void A_rule_is_said_in_the_fields_of_what_is_searched(string detection, HuntingLanguage language, string query) => Assert.Equal(query, Convert1(detection, language).Query);

    [Theory]
    [InlineData("{selection: {'aw.pod.containers[any]': {image: a}}, condition: selection}", HuntingLanguage.Sql, "element by element")]
    [InlineData("{selection: {requestObject.spec.x: a}, condition: selection}", HuntingLanguage.Sql, "'requestObject.spec.x' is not kept in the embedded index.")]
    [InlineData("{selection: {userAgent|re: a+}, condition: selection}", HuntingLanguage.Sql, "The modifier 're' has no exact equivalent.")]
    [InlineData("{keywords: [a], condition: keywords}", HuntingLanguage.Lucene, "Keywords search the whole event")]
    [InlineData("{a: {verb: get}, b: {verb: list}, c: {stage: Panic}, condition: 2 of them}", HuntingLanguage.Esql, "More than one of several selections")]
    [InlineData("{selection: {user.groups: a}, condition: selection}", HuntingLanguage.Esql, "'user.groups' is not kept in the documents in a form")]
    [InlineData("{selection: {verb: create, objectRef.name: a}, condition: selection}", HuntingLanguage.Sql, "generated names")]
    public void What_cannot_be_said_is_refused_with_the_reason_and_the_line(string detection, HuntingLanguage language, string reason)
    {
        var query = Convert1(detection, language);
        Assert.Null(query.Query);
        Assert.Contains(reason, query.Refusal, StringComparison.Ordinal);
        Assert.Equal(4, query.Line);
    }

    static HuntingQuery Convert1(string detection, HuntingLanguage language)
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(Path.Combine(folder.Path, "r.yml"), $"title: R\nname: r\nlogsource: {{product: kubernetes, service: audit}}\ndetection: {detection}\n");
        var problems = new List<Problem>();
        var rules = RuleSnapshot.Load(RuleSources.Only([folder.Path]), problems);
        Assert.DoesNotContain(problems, p => p.Severity == ProblemSeverity.Error);
        return HuntingQuery.Of(rules, "r", language);
    }

    static async Task<DuckDbEventIndex> IndexAsync(TemporaryFolder folder, List<ReadOnlyMemory<byte>> events)
    {
        var index = await DuckDbEventIndex.OpenAsync(folder.Path, new DuckDbIndexOptions(), TimeProvider.System, Stop);
        var audited = new AuditEvent(new SymbolTable());
        var batch = index.RentBatch();
        for (var i = 0; i < events.Count; i++)
        {
            Assert.True(audited.TryRead(events[i], default, new ClusterFacts { Name = "prod" }, 1, out _));
            batch.Add(audited, EventId.Of("prod", events[i].Span), new EventPosition(0, 0, i));
            if (!batch.IsFull) continue;
            await index.IndexAsync(batch, new EventPosition(0, 0, i), Stop);
            batch = index.RentBatch();
        }

        await index.IndexAsync(batch, new EventPosition(0, 1, 0), Stop);
        await index.FlushAsync(Stop);
        return index;
    }

    // The whole recorded run where it is at hand, else what is shipped.
    static List<ReadOnlyMemory<byte>> Recording()
    {
        var kit = Environment.GetEnvironmentVariable("AUDITWATCH_KIT");
        var whole = string.IsNullOrEmpty(kit) ? "" : Path.Combine(kit, "..", "data", "audit-live", "requestresponse", "audit.log.zst");
        using var unpacked = new DecompressionStream(File.OpenRead(File.Exists(whole) ? whole : Path.Combine(Checkout.Root, "src/AuditWatch/Demo/recording.ndjson.zst")), leaveOpen: false);
        using var text = new StreamReader(unpacked);
        var events = new List<ReadOnlyMemory<byte>>();
        while (text.ReadLine() is { } line) events.Add(System.Text.Encoding.UTF8.GetBytes(line));
        return events;
    }
}
