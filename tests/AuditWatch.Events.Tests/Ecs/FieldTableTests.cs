using System.Text.Json;
using System.Text.RegularExpressions;
using AuditWatch.Events.Ecs;
using AuditWatch.Events.Envelopes;
using AuditWatch.Events.Model;
using AuditWatch.Events.Tests.Model;
using AuditWatch.Testing;
using Xunit;

namespace AuditWatch.Events.Tests.Ecs;

/// <summary>The table of fields in docs/elasticsearch.md beside the mapping, the documents that are written, and the fields that ECS publishes.</summary>
public sealed partial class FieldTableTests
{
    static readonly string[] OurRoots = ["kubernetes", "auditwatch"];

    // What ECS publishes of the fields that we map (elastic/ecs, generated/csv/fields.csv): its type by name. Its wildcard and constant_keyword are keyword to queries, its match_only_text text.
    static readonly Dictionary<string, string> Published = Regex.Split(
        """
        @timestamp date, client.ip ip, cloud.account.id keyword, cloud.project.id keyword, cloud.provider keyword, cloud.region keyword, container.id keyword, container.image.name keyword,
        data_stream.dataset constant_keyword, data_stream.namespace constant_keyword, data_stream.type constant_keyword, ecs.version keyword, error.code keyword, error.message match_only_text,
        event.action keyword, event.category keyword, event.code keyword, event.created date, event.dataset keyword, event.duration long, event.end date, event.id keyword, event.ingested date,
        event.kind keyword, event.module keyword, event.original keyword, event.outcome keyword, event.provider keyword, event.reason keyword, event.risk_score float, event.severity long, event.start date,
        event.type keyword, event.url keyword, http.response.status_code long, message match_only_text, observer.product keyword, observer.type keyword, observer.vendor keyword,
        orchestrator.api_version keyword, orchestrator.cluster.id keyword, orchestrator.cluster.name keyword, orchestrator.cluster.url keyword, orchestrator.cluster.version keyword,
        orchestrator.namespace keyword, orchestrator.resource.annotation keyword, orchestrator.resource.id keyword, orchestrator.resource.label keyword, orchestrator.resource.name keyword,
        orchestrator.resource.parent.type keyword, orchestrator.resource.type keyword, orchestrator.type keyword, related.hosts keyword, related.ip ip, related.user keyword, rule.category keyword,
        rule.description keyword, rule.id keyword, rule.name keyword, rule.ruleset keyword, rule.uuid keyword, rule.version keyword, source.address keyword, source.ip ip, tags keyword,
        threat.framework keyword, threat.tactic.id keyword, threat.tactic.name keyword, threat.technique.id keyword, threat.technique.subtechnique.id keyword, url.original wildcard, url.path wildcard,
        url.query keyword, user.effective.id keyword, user.effective.name keyword, user.group.name keyword, user.id keyword, user.name keyword, user.roles keyword, user.target.name keyword,
        user_agent.name keyword, user_agent.original keyword, user_agent.version keyword
        """.Trim(), @",\s*").Select(f => f.Split(' ')).ToDictionary(f => f[0], f => f[1]);

    [Theory]
    [InlineData("audit")]
    [InlineData("alert")]
    [InlineData("triage")]
    public void Every_field_that_is_not_ours_is_one_that_ECS_publishes_with_its_type(string which)
    {
        using var file = JsonDocument.Parse(File.ReadAllText(Path.Combine(Checkout.Root, "infra", "elasticsearch", $"component-auditwatch-{which}-mappings.json")));
        var mapped = Mapped(file.RootElement.GetProperty("template").GetProperty("mappings").GetProperty("properties"), "").Where(f => !OurRoots.Contains(f.Path.Split('.')[0])).ToList();
        Assert.True(mapped.Count > 20);
        foreach (var (path, type) in mapped)
        {
            Assert.True(Published.TryGetValue(path, out var published), $"ECS has no {path}.");
            Assert.Equal((path, published switch { "wildcard" or "constant_keyword" => "keyword", "match_only_text" => "text", _ => published }), (path, type));
        }
    }

    [Fact]
    public void The_table_of_fields_names_what_is_mapped_with_its_types()
    {
        var mapped = MappingNode.Audit.Leaves().ToList();
        var rows = Rows();
        Assert.True(rows.Count > 20);
        foreach (var (names, types) in rows)
        {
            var fields = names.SelectMany(name => Of(name, mapped) is { Count: > 0 } found ? found : throw new InvalidOperationException($"The table names {name}, which is not mapped.")).ToList();
            if (types == "as mapped") continue;
            var words = Regex.Split(types, ", | or ").Select(w => w is "wildcard" or "constant_keyword" ? "keyword" : w).ToHashSet();
            Assert.Equal((names[0], string.Join(", ", fields.Select(f => f.Type.ToString().ToLowerInvariant()).Distinct().Order(StringComparer.Ordinal))), (names[0], string.Join(", ", words.Order(StringComparer.Ordinal))));
        }
    }

    [Fact]
    public void Every_field_of_a_recorded_events_document_is_in_the_table()
    {
        var names = Rows().SelectMany(r => r.Names).ToList();
        var audit = new AuditEvent(new SymbolTable());
        var missing = new SortedSet<string>(StringComparer.Ordinal);
        foreach (var line in Recordings.Lines("audit-live/extra/audit.log.zst"))
        {
            Assert.True(audit.TryRead(line, new EventOrigin(1, 0, EnvelopeShape.Event, false), new ClusterFacts { Name = "prod-eu" }, 1, out _));
            using var document = JsonDocument.Parse(Documents.Text(audit, out _), new JsonDocumentOptions { MaxDepth = 512 });
            foreach (var leaf in Documents.Leaves(document.RootElement))
                if (!names.Any(n => n == leaf || (n.EndsWith(".*", StringComparison.Ordinal) && leaf.StartsWith(n[..^1], StringComparison.Ordinal)))) missing.Add(leaf);
        }
        Assert.Empty(missing);
    }

    static List<(string Path, FieldType Type)> Of(string name, List<(string Path, FieldType Type)> mapped) =>
        [.. mapped.Where(f => f.Path == name || (name.EndsWith(".*", StringComparison.Ordinal) && f.Path.StartsWith(name[..^1], StringComparison.Ordinal)))];

    static IEnumerable<(string Path, string Type)> Mapped(JsonElement properties, string prefix)
    {
        foreach (var property in properties.EnumerateObject())
            if (property.Value.TryGetProperty("properties", out var inside))
                foreach (var field in Mapped(inside, prefix + property.Name + ".")) yield return field;
            else yield return (prefix + property.Name, property.Value.GetProperty("type").GetString()!);
    }

    // A name that begins with a dot goes on from the one before: `a.b`, `.c` is a.b and a.c.
    static List<(List<string> Names, string Types)> Rows()
    {
        var lines = File.ReadAllLines(Path.Combine(Checkout.Root, "docs", "elasticsearch.md")).SkipWhile(l => l != "| field | from | type | why so |").Skip(2).TakeWhile(l => l.StartsWith('|'));
        var rows = new List<(List<string>, string)>();
        foreach (var cells in lines.Select(l => l.Split('|')))
        {
            var names = new List<string>();
            var prefix = "";
            foreach (var name in Quoted().Matches(cells[1]).Select(m => m.Groups[1].Value).Where(n => n != "_id"))
            {
                if (name[0] != '.') prefix = name[..Math.Max(0, name.LastIndexOf('.'))];
                names.Add(name[0] == '.' ? prefix + name : name);
            }
            rows.Add((names, cells[3].Trim()));
        }
        return rows;
    }

    [GeneratedRegex("`([^`]+)`")]
    private static partial Regex Quoted();
}
