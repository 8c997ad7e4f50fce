using System.Globalization;
using AuditWatch.Events;
using AuditWatch.Events.Envelopes;
using AuditWatch.Events.Model;
using AuditWatch.Storage.Index;
using ZstdSharp;

namespace AuditWatch.Storage.Tests.Index;

/// <summary>A real recording, indexed: every column says what the event model says.</summary>
public sealed class RecordedEventsTests
{
    static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Every_column_of_every_recorded_event_is_what_the_model_says()
    {
        using var folder = new TemporaryFolder();
        await using var index = await DuckDbEventIndex.OpenAsync(folder.Path, new DuckDbIndexOptions(), TimeProvider.System, Stop);
        var audited = new AuditEvent(new SymbolTable());
        var events = ReadRecording();
        var batch = index.RentBatch();
        for (var number = 0; number < events.Count; number++)
        {
            Read(audited, events[number]);
            batch.Add(audited, EventId.Of("prod", events[number].Span), new EventPosition(0, 0, number));
            if (!batch.IsFull) continue;
            await index.IndexAsync(batch, new EventPosition(0, 0, number), Stop);
            batch = index.RentBatch();
        }

        await index.IndexAsync(batch, new EventPosition(0, 1, 0), Stop);
        await index.FlushAsync(Stop);

        var rows = (await index.SearchAsync(new EventQuery { Limit = 0 }, Stop)).Rows.OrderBy(row => row.Position.Index).ToList();
        Assert.Equal(events.Count, rows.Count);
        var line = CommandLine();
        for (var number = 0; number < rows.Count; number++)
        {
            Read(audited, events[number]);
            Assert.Equal(Expected(audited, events[number], line, number), Shown(rows[number]));
        }

        await Assert_the_view_says_the_same_as_the_rows(index, rows);
    }

    static async Task Assert_the_view_says_the_same_as_the_rows(DuckDbEventIndex index, List<EventRow> rows)
    {
        using var answer = await index.SqlAsync(new SqlQuestion(
            "select event_id, audit_id, effective_user, sa_namespace, sa_name, ua_product, ua_version, api_path from events order by frame, \"index\"")
        { Limit = 0 }, Stop);
        Assert.Equal(
            rows.Select(row => string.Join('|', row.EventId, row.AuditId, row.EffectiveUser, row.SaNamespace, row.SaName, row.UaProduct, row.UaVersion, row.ApiPath)),
            answer.Rows().Select(row => string.Join('|', row)));
    }

    [Theory]
    [InlineData("curl/8.5.0", "curl", "8.5.0")]
    [InlineData("kubectl/v1.31.0 (linux/amd64) kubernetes/abc", "kubectl", "1.31.0")]
    [InlineData("a/b/c d", "a", "b/c")]
    [InlineData("agent", "agent", null)]
    [InlineData("agent/", "agent", null)]
    [InlineData("/1.0", "", "1.0")]
    [InlineData("x/version", "x", "version")]
    [InlineData("", null, null)]
    [InlineData("two\nlines/v2\n", "two\nlines", "2\n")]
    public async Task A_user_agent_is_taken_apart_alike_in_the_view_and_in_the_row(string agent, string? product, string? version)
    {
        using var folder = new TemporaryFolder();
        await using var index = await DuckDbEventIndex.OpenAsync(folder.Path, new DuckDbIndexOptions(), TimeProvider.System, Stop);
        var row = ARow.Numbered(1) with { UserAgent = agent, User = "system:serviceaccount:a:b:c\nd", RequestUri = "/a?b?c" };
        var batch = index.RentBatch();
        batch.Add(row);
        await index.IndexAsync(batch, row.Position, Stop);
        await index.FlushAsync(Stop);

        using var answer = await index.SqlAsync(new SqlQuestion("select ua_product, ua_version, sa_namespace, sa_name, api_path from events"), Stop);

        Assert.Equal([product, version, "a", "b:c\nd", "/a"], answer.Rows().Single());
        Assert.Equal([product, version, "a", "b:c\nd", "/a"], [row.UaProduct, row.UaVersion, row.SaNamespace, row.SaName, row.ApiPath]);
    }

    static FieldPath CommandLine() => AuditSchema.TryBind("aw.exec.command_line", out var field, out var problem) ? field : throw new InvalidOperationException(problem);

    static void Read(AuditEvent audited, ReadOnlyMemory<byte> utf8) =>
        Assert.True(audited.TryRead(utf8, new EventOrigin(0, 0, EnvelopeShape.Event, false), new ClusterFacts { Name = "prod" }, 1, out _));

    static string Expected(AuditEvent e, ReadOnlyMemory<byte> utf8, FieldPath commandLine, int number)
    {
        var command = e.Subresource == "exec" ? e.Get(commandLine) : FieldAnswer.Absent;
        var isList = e.Verb is "list" or "watch" or "deletecollection";
        return Joined(
            EventId.Of("prod", utf8.Span), number, "prod", e.AuditId, e.TimeMicros, e.RequestReceivedMicros, e.Stage, e.Level, e.Verb, e.UserName, string.Join(',', e.UserGroups),
            e.EffectiveUser, e.IsImpersonated, string.Join(',', e.SourceIps), e.ClientIp, e.UserAgent, e.AgentProduct, e.AgentVersion,
            e.Resource is null ? null : e.ApiGroup, e.ApiVersion, e.Resource, e.Subresource, e.Namespace, e.Name, e.RequestUri, e.ResponseCode, e.Outcome.ToString().ToLowerInvariant(),
            e.Annotation("authorization.k8s.io/decision"), e.Annotation("authorization.k8s.io/reason"), e.CredentialId, e.IssuedCredentialId, e.CallerPod, e.CallerNode,
            e.IsDryRun, isList ? string.IsNullOrEmpty(e.Namespace) ? "cluster" : "namespace" : null,
            command.Kind == AnswerKind.Text ? System.Text.Encoding.UTF8.GetString(command.Utf8) : null, utf8.Length);
    }

    static string Shown(EventRow r) => Joined(
        r.EventId, r.Position.Index, r.Cluster, r.AuditId, r.TimeMicros, r.RequestReceivedMicros, r.Stage, r.Level, r.Verb, r.User, string.Join(',', r.UserGroups),
        r.EffectiveUser, r.Impersonated, string.Join(',', r.SourceIps), r.ClientIp, r.UserAgent, r.UaProduct, r.UaVersion,
        r.ApiGroup, r.ApiVersion, r.Resource, r.Subresource, r.Namespace, r.Name, r.RequestUri, r.Code ?? 0, r.Outcome,
        r.Decision, r.DecisionReason, r.CredentialId, r.IssuedCredentialId, r.CallerPod, r.CallerNode, r.DryRun, r.ListScope, r.ExecCommand, r.Bytes);

    static string Joined(params object?[] values) =>
        string.Join("\n", values.Select(value => value is null ? "(none)" : Convert.ToString(value, CultureInfo.InvariantCulture)));

    static List<ReadOnlyMemory<byte>> ReadRecording()
    {
        var root = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(root, "AuditWatch.sln"))) root = Path.GetDirectoryName(root)!;
        using var unpacked = new DecompressionStream(File.OpenRead(Path.Combine(root, "src/AuditWatch/Demo/recording.ndjson.zst")), leaveOpen: false);
        using var text = new StreamReader(unpacked);
        var events = new List<ReadOnlyMemory<byte>>();
        while (text.ReadLine() is { } line) events.Add(System.Text.Encoding.UTF8.GetBytes(line));
        Assert.True(events.Count > 1000);
        return events;
    }
}
