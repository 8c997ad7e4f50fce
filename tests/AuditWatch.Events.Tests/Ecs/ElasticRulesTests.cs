using System.Text.Json;
using AuditWatch.Events.Ecs;
using AuditWatch.Events.Envelopes;
using AuditWatch.Events.Model;
using AuditWatch.Events.Tests.Model;
using Xunit;

namespace AuditWatch.Events.Tests.Ecs;

/// <summary>The fields that Elastic's own 51 Kubernetes rules name (facts of elastic/detection-rules; no rule text).</summary>
public sealed class ElasticRulesTests
{
    // The other half of rules that join audit events with what an agent saw inside a container.
    static readonly string[] NotOurs = ["process.", "file.", "host.os.", "container.id"];

    // Mapped, because a query that names a missing column fails; in no document, because an audit event does not say them. No recorded pod asks for a capability.
    static readonly string[] NeverWritten = ["cloud.account.id", "cloud.region", "event.original", "kubernetes.audit.requestObject.spec.containers.securityContext.capabilities.add"];

    static readonly FieldType[] Aggregatable = [FieldType.Keyword, FieldType.Ip, FieldType.Boolean, FieldType.Long, FieldType.Integer, FieldType.Float, FieldType.Date];

    sealed record Rule(string Id, string Language, string[] Fields, string[] NewTerms);

    static readonly JsonSerializerOptions Lower = new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower };

    static List<Rule> Rules()
    {
        using var file = typeof(ElasticRulesTests).Assembly.GetManifestResourceStream("elastic-rules.json")!;
        return JsonSerializer.Deserialize<List<Rule>>(file, Lower)!;
    }

    [Fact]
    public void Every_field_of_Elastics_rules_is_mapped_with_a_type_their_languages_can_use()
    {
        var mapped = MappingNode.Audit.Leaves().ToDictionary(f => f.Path, f => f.Type);
        var rules = Rules();
        Assert.Equal(51, rules.Count);
        foreach (var rule in rules)
        {
            foreach (var field in rule.Fields.Where(f => !NotOurs.Any(n => f.StartsWith(n, StringComparison.Ordinal))))
            {
                Assert.True(mapped.TryGetValue(field, out var type), $"{rule.Id} reads {field}, which is not mapped.");
                if (rule.Language == "eql") Assert.True(Aggregatable.Contains(type), $"{rule.Id} compares {field} in EQL, which is {type}.");
            }
            foreach (var field in rule.NewTerms) Assert.Contains(mapped[field], Aggregatable);
        }
    }

    [Fact]
    public void Recorded_traffic_fills_every_field_that_Elastics_rules_read()
    {
        var wanted = Rules().SelectMany(r => r.Fields).Where(f => !NotOurs.Any(n => f.StartsWith(n, StringComparison.Ordinal))).Except(NeverWritten).ToHashSet();
        var audit = new AuditEvent(new SymbolTable());
        foreach (var run in new[] { "production", "extra" })
            foreach (var line in Recordings.Lines($"audit-live/{run}/audit.log.zst"))
            {
                Assert.True(audit.TryRead(line, new EventOrigin(1, 0, EnvelopeShape.Event, false), new ClusterFacts { Name = "prod-eu" }, 1, out _));
                var text = Documents.Text(audit, out var dropped);
                Assert.Empty(dropped);
                using var document = JsonDocument.Parse(text, new JsonDocumentOptions { MaxDepth = 512 });
                foreach (var leaf in Documents.Leaves(document.RootElement)) wanted.Remove(leaf);
                Assert.Equal(JsonDocument.Parse(line).RootElement.GetProperty("auditID").GetString(), document.RootElement.At("kubernetes>audit>auditID")!.Value.GetString());
            }
        Assert.Empty(wanted);
    }
}
