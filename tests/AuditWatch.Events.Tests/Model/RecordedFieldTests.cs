using System.Text;
using System.Text.Json;
using AuditWatch.Events.Envelopes;
using AuditWatch.Events.Model;
using AuditWatch.Events.Tests.Envelopes;
using Xunit;

namespace AuditWatch.Events.Tests.Model;

public sealed class RecordedFieldTests
{
    static readonly ClusterFacts Cluster = new();

    public static TheoryData<string> Runs => [.. Recordings.Runs];

    [Theory]
    [MemberData(nameof(Runs))]
    public void Every_derived_field_of_every_real_event_can_be_asked_for(string run)
    {
        var fields = DerivedFields.ByName.Keys.Select(Bind).ToArray();
        var counts = new Dictionary<string, Dictionary<string, int>>();
        foreach (var name in DerivedFields.ByName.Keys) counts[name] = [];
        var audit = new AuditEvent(new SymbolTable());
        foreach (var line in Recordings.Lines($"audit-live/{run}/audit.log.zst"))
        {
            Assert.True(audit.TryRead(line, new EventOrigin(1, 0, EnvelopeShape.Event, false), Cluster, 1, out _));
            foreach (var field in fields)
            {
                var answer = audit.Get(field);
                var kind = answer.Kind == AnswerKind.Unknown ? $"unknown({answer.Why})" : answer.Kind.ToString();
                counts[field.Text][kind] = counts[field.Text].GetValueOrDefault(kind) + 1;
            }

            Assert.Equal(0, audit.MalformedBodies);
        }

        if (Environment.GetEnvironmentVariable("AUDITWATCH_SHOW") is not null)
            foreach (var (name, kinds) in counts) TestContext.Current.SendDiagnosticMessage($"{run} {name}: {string.Join(" ", kinds.Select(k => $"{k.Key}={k.Value}"))}");
        Assert.All(counts, c => Assert.DoesNotContain("unknown(Malformed)", c.Value.Keys));
        Assert.All(counts, c => Assert.DoesNotContain("unknown(Truncated)", c.Value.Keys));
    }

    [Theory]
    [InlineData("requestresponse")]
    [InlineData("production")]
    public void Every_leaf_of_a_real_event_is_found_under_its_path(string run)
    {
        var audit = new AuditEvent(new SymbolTable());
        var asked = 0;
        var lines = Recordings.Lines($"audit-live/{run}/audit.log.zst");
        for (var i = 0; i < lines.Count; i += 40)
        {
            using var document = JsonDocument.Parse(lines[i]);
            Assert.True(audit.TryRead(lines[i], new EventOrigin(1, 0, EnvelopeShape.Event, false), Cluster, 1, out _));
            foreach (var (path, value) in Leaves("", document.RootElement))
            {
                var answer = audit.Get(Bind(path));
                Assert.Equal(value, Encoding.UTF8.GetString(answer.Utf8));
                asked++;
            }
        }

        Assert.True(asked > 5000, $"{asked} leaves");
    }

    [Theory]
    [InlineData("metadata", "LevelTooLow")]
    [InlineData("request", "LevelTooLow, PatchFragment, StageNotSeen")]
    [InlineData("requestresponse", "PatchFragment, StageNotSeen")] // patches that were refused
    public void What_no_real_body_has_is_absent_or_unknown_by_level_and_stage(string run, string expected)
    {
        var reasons = UnknownReason.None;
        var absent = 0;
        FieldPath[] paths = [Bind("requestObject.nothing.here"), Bind("responseObject.nothing.here")];
        var audit = new AuditEvent(new SymbolTable());
        foreach (var line in Recordings.Lines($"audit-live/{run}/audit.log.zst"))
        {
            Assert.True(audit.TryRead(line, new EventOrigin(1, 0, EnvelopeShape.Event, false), Cluster, 1, out _));
            foreach (var path in paths)
            {
                var answer = audit.Get(path);
                reasons |= answer.Why;
                Assert.True(answer.Kind is AnswerKind.Absent or AnswerKind.Unknown);
                absent += answer.Kind == AnswerKind.Absent ? 1 : 0;
            }
        }

        Assert.Equal(expected, reasons.ToString());
        Assert.True(absent > 1000);
    }

    [Fact]
    public void Bodies_that_a_real_API_server_truncated_are_unknown()
    {
        var truncated = 0;
        var unknown = 0;
        var sink = new CollectingSink();
        foreach (var post in Recordings.Lines("audit-live/truncation/bodies.ndjson.zst")) new EventUnwrapper().Unwrap(post, 1, sink);
        var audit = new AuditEvent(new SymbolTable());
        foreach (var (json, origin) in sink.Events)
        {
            Assert.True(audit.TryRead(Encoding.UTF8.GetBytes(json), origin, Cluster, 1, out _));
            if (audit.Annotation("audit.k8s.io/truncated") != "true") continue;
            truncated++;
            var request = audit.Get(Bind("requestObject.nothing.here"));
            var response = audit.Get(Bind("responseObject.nothing.here"));
            if (request.Why == UnknownReason.Truncated || response.Why == UnknownReason.Truncated) unknown++;
        }

        Assert.True(truncated > 0);
        Assert.Equal(truncated, unknown);
    }

    static IEnumerable<(string Path, string Value)> Leaves(string path, JsonElement at)
    {
        if (at.ValueKind == JsonValueKind.Object)
        {
            foreach (var member in at.EnumerateObject())
                foreach (var leaf in Leaves(path.Length == 0 ? member.Name : member.Name.Contains('[', StringComparison.Ordinal) || member.Name.Contains("..", StringComparison.Ordinal) || member.Name is "" or "." ? "" : $"{path}.{member.Name}", member.Value))
                    if (!leaf.Path.StartsWith('.')) yield return leaf;
        }
        else if (at.ValueKind is JsonValueKind.String or JsonValueKind.Number && path.Length > 0)
        {
            yield return (path, at.ToString());
        }
    }

    static FieldPath Bind(string path) => AuditSchema.TryBind(path, out var field, out var problem) ? field : throw new InvalidOperationException(problem);
}
