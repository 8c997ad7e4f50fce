using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using AuditWatch.Events;
using AuditWatch.Events.Envelopes;
using AuditWatch.Events.Model;
using AuditWatch.Storage.Elasticsearch;
using AuditWatch.Testing;

namespace AuditWatch.Storage.Tests.Elasticsearch;

/// <summary>
/// The field types that the Elasticsearch of the tests lacks (match_only_text, wildcard, constant_keyword): the same mappings and documents on an OpenSearch, which has
/// them, by raw requests.
/// </summary>
public sealed class TextTypesTests
{
    static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Words_parts_of_URLs_and_constants_are_found_where_the_types_are_real()
    {
        Assert.SkipWhen(Kit.Recordings is null, Kit.Missing);
        await using var server = await ElasticsearchServer.StartAsync("opensearch");
        var place = new ElasticsearchPlace(server.Url, "types");
        var mappings = Component("auditwatch-audit-mappings");
        foreach (var more in new[] { "auditwatch-audit-text", "auditwatch-audit-wildcard", "auditwatch-constants" }) Merge(mappings, Component(more));
        // OpenSearch wants the constant in the mapping; Elasticsearch takes it from the first document.
        foreach (var (name, value) in new[] { ("dataset", "kubernetes.audit_logs"), ("namespace", place.Namespace) }) mappings["properties"]!["data_stream"]!["properties"]![name]!["value"] = value;
        var made = await server.SendAsync(HttpMethod.Put, "/" + place.AuditStream, new JsonObject { ["mappings"] = mappings }.ToJsonString());
        Assert.True(made.TryGetProperty("acknowledged", out _), made.ToString());

        var lines = AksRecords.Lines("production").Distinct().Select(Encoding.UTF8.GetBytes).ToList();
        var audited = new AuditEvent(new SymbolTable());
        var body = new BulkBody(place);
        for (var number = 0; number < lines.Count; number++)
        {
            Assert.True(audited.TryRead(lines[number], new EventOrigin(0, 0, EnvelopeShape.Event, false), new ClusterFacts { Name = "prod" }, 1, out _));
            body.Add(audited, EventId.Of("prod", lines[number]), new EventPosition(0, 0, number), 1, 1);
            if (body.Count < 2000 && number < lines.Count - 1) continue;
            var answer = await server.SendAsync(HttpMethod.Post, "/_bulk", Encoding.UTF8.GetString(body.Utf8.Span));
            Assert.False(answer.GetProperty("errors").GetBoolean(), answer.ToString()[..Math.Min(2000, answer.ToString().Length)]);
            body.Clear();
        }
        Assert.Equal(lines.Count, await server.CountAsync(place.AuditStream));

        var events = lines.ConvertAll(l => JsonElement.Parse(l));
        Assert.Equal(events.Count(e => Uri(e).Contains("/exec?", StringComparison.Ordinal)), await CountAsync("""{"wildcard":{"url.original":{"value":"*/exec\\?*"}}}"""));
        Assert.Equal(events.Count(e => Uri(e).StartsWith("/api/v1/nodes/", StringComparison.Ordinal)), await CountAsync("""{"wildcard":{"url.path":{"value":"/api/v1/nodes/*"}}}"""));
        Assert.Equal(events.Count(e => Agent(e).Contains("kubernetes", StringComparison.OrdinalIgnoreCase)), await CountAsync("""{"match":{"user_agent.original.text":"KUBERNETES"}}"""));
        Assert.Equal(events.Count(e => e.GetProperty("user").TryGetProperty("username", out var name) && name.GetString()!.Contains("-application-", StringComparison.Ordinal)), await CountAsync("""{"match":{"user.name.text":"application"}}"""));
        Assert.Equal(lines.Count, await CountAsync("""{"term":{"data_stream.dataset":"kubernetes.audit_logs"}}"""));
        Assert.Equal(0, await CountAsync("""{"term":{"data_stream.namespace":"other"}}"""));

        async Task<long> CountAsync(string query) => (await server.SendAsync(HttpMethod.Post, $"/{place.AuditStream}/_count", $$"""{"query":{{query}}}""")).GetProperty("count").GetInt64();
    }

    static string Uri(JsonElement e) => e.GetProperty("requestURI").GetString()!;

    static string Agent(JsonElement e) => e.TryGetProperty("userAgent", out var agent) ? agent.GetString()! : "";

    static JsonObject Component(string name) =>
        JsonNode.Parse(File.ReadAllText(Path.Combine(Checkout.Root, "infra", "elasticsearch", $"component-{name}.json")))!["template"]!["mappings"]!.DeepClone().AsObject();

    // As Elasticsearch composes templates: objects are joined, a later definition of a field wins.
    static void Merge(JsonObject into, JsonObject more)
    {
        foreach (var (name, value) in more)
            if (value is JsonObject inner && into[name] is JsonObject there && !inner.ContainsKey("type")) Merge(there, inner);
            else into[name] = value?.DeepClone();
    }
}
