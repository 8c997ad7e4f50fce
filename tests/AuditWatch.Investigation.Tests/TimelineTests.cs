using System.Globalization;
using System.Text;
using System.Text.Json;
using AuditWatch.Detection.Alerts;
using AuditWatch.Detection.State;
using AuditWatch.Events;
using AuditWatch.Investigation;
using AuditWatch.Storage.Index;
using AuditWatch.Storage.State;
using Microsoft.Data.Sqlite;
using Xunit;

namespace AuditWatch.Investigation.Tests;

/// <summary>
/// One attack, told: mallory issues a token for the payments service account, somebody uses it from another address to read a secret, and opens a shell. Around
/// it, other people's traffic.
/// </summary>
public sealed class TimelineTests : IAsyncLifetime
{
    const long Noon = 1_767_096_000_000_000;
    const string Payments = "system:serviceaccount:prod:payments";

    readonly string _folder = Directory.CreateTempSubdirectory("auditwatch-timeline-").FullName;
    DuckDbEventIndex _index = null!;
    StateStore _state = null!;
    int _next;

    static CancellationToken Stop => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _index = await DuckDbEventIndex.OpenAsync(_folder, new DuckDbIndexOptions(), TimeProvider.System, Stop);
        _state = await StateStore.OpenEmbeddedAsync(_folder, TimeProvider.System, stop: Stop);
        await IndexAsync(
            Request(0, "mallory", "create", "serviceaccounts/token", "prod", "payments") with { CredentialId = "X509SHA256=aa", IssuedCredentialId = "JTI=stolen", ClientIp = "10.0.0.5", Code = 201 },
            Request(60, Payments, "get", "secrets", "prod", "db") with { CredentialId = "JTI=stolen", ClientIp = "203.0.113.9", AuditId = "read" },
            Request(61, Payments, "get", "secrets", "prod", "db") with { CredentialId = "JTI=stolen", ClientIp = "203.0.113.9" },
            Request(62, Payments, "list", "pods", "prod", null) with { CredentialId = "JTI=stolen", ClientIp = "203.0.113.9" },
            Request(63, Payments, "get", "secrets", "prod", "db") with { CredentialId = "JTI=stolen", ClientIp = "203.0.113.9" },
            Request(90, Payments, "get", "pods/exec", "prod", "web-0") with { Stage = "ResponseStarted", AuditId = "shell", CredentialId = "JTI=stolen", ClientIp = "203.0.113.9", Code = 101, ExecCommand = "sh" },
            Request(95, Payments, "get", "pods/exec", "prod", "web-0") with { AuditId = "shell", RequestReceivedMicros = Noon + 90_000_000, CredentialId = "JTI=stolen", ClientIp = "203.0.113.9", Code = 101, ExecCommand = "sh" },
            Request(200, "alice", "delete", "pods", "prod", "web-0") with { Impersonated = true, ImpersonatedUser = "root", CallerPod = null },
            Request(201, "bob", "get", "nodes", null, "n1") with { Outcome = "denied", Code = 403 },
            Request(300, "system:serviceaccount:prod:web", "get", "configmaps", "prod", "c") with { CallerPod = "web-0", ClientIp = "10.1.1.1" },
            Request(9000, Payments, "get", "secrets", "prod", "late") with { CredentialId = "JTI=stolen" });
        await _state.CommitAsync(new DetectionCommit("detect", new EventPosition(0, 0, 0), [], [Alert("read", Noon + 60_000_000)]), Stop);
    }

    public async ValueTask DisposeAsync()
    {
        await _index.DisposeAsync();
        await _state.DisposeAsync();
        SqliteConnection.ClearAllPools();
        Directory.Delete(_folder, recursive: true);
    }

    EventRow Request(int second, string user, string verb, string resource, string? ns, string? name)
    {
        var number = _next++;
        var parts = resource.Split('/');
        return new EventRow
        {
            EventId = new EventId((UInt128)(number + 1)),
            Position = new EventPosition(0, 0, number),
            Cluster = "prod",
            AuditId = string.Create(CultureInfo.InvariantCulture, $"a{number}"),
            TimeMicros = Noon + second * 1_000_000L,
            RequestReceivedMicros = Noon + second * 1_000_000L,
            Stage = "ResponseComplete",
            Verb = verb,
            User = user,
            Resource = parts[0],
            Subresource = parts.Length > 1 ? parts[1] : null,
            Namespace = ns,
            Name = name,
            ClientIp = "10.0.0.7",
            SourceIps = ["10.0.0.7"],
            UserAgent = "kubectl/v1.31.0",
            Code = 200,
            Outcome = "success",
        };
    }

    static Alert Alert(string auditId, long time) => new()
    {
        AlertId = new string('a', 32),
        TimeMicros = time,
        Cluster = "prod",
        Level = "high",
        Rule = new AlertRule("r", "n", "Secret read with a token used from another address", "1", [], []),
        Sentence = "payments read Secret prod/db",
        Actor = new AlertActor(Payments, [], Payments, false, "JTI=stolen", "203.0.113.9", null),
        Verb = "get",
        Outcome = "success",
        AuditIds = [auditId],
        Count = 1,
        Evidence = [EvidencePosition.Journal(0, 0, 1)],
        Matched = [],
    };

    async Task IndexAsync(params EventRow[] rows)
    {
        var batch = _index.RentBatch();
        foreach (var row in rows) batch.Add(row);
        await _index.IndexAsync(batch, rows[^1].Position, Stop);
        await _index.FlushAsync(Stop);
    }

    async Task<TimelineAnswer> AskAsync(TimelineEntity entity, string value, int window = 10, long? around = Noon + 60_000_000) =>
        await new Timeline(_index, _state).TellAsync(
            new TimelineQuestion(entity, value) { AroundMicros = around, Window = TimeSpan.FromMinutes(window) }, Stop);

    static string[] Told(TimelineAnswer answer) =>
        [.. answer.Entries.Select(entry => $"{(entry.TimeMicros - Noon) / 1_000_000} {entry.Count}x {entry.Sentence}{(entry.Link is null ? "" : $" ({entry.Link})")}{(entry.Level is null ? "" : " !" + entry.Level)}")];

    [Fact]
    public async Task A_user_who_issued_a_credential_is_told_with_what_others_did_with_it() => Assert.Equal(
        [
            "0 1x mallory minted a token for ServiceAccount prod/payments from 10.0.0.5 with kubectl",
            $"60 3x {Payments} read Secret prod/db from 203.0.113.9 with kubectl (used a credential issued here)",
            "60 1x Secret read with a token used from another address: payments read Secret prod/db !high",
            $"62 1x {Payments} listed pods in namespace prod from 203.0.113.9 with kubectl (used a credential issued here)",
            $"90 1x {Payments} opened a shell in Pod prod/web-0 from 203.0.113.9 with kubectl (used a credential issued here)",
        ],
        Told(await AskAsync(TimelineEntity.User, "mallory")));

    [Fact]
    public async Task An_address_is_told_with_who_issued_the_credential_that_was_used_from_it() => Assert.Equal(
        [
            "0 1x mallory minted a token for ServiceAccount prod/payments from 10.0.0.5 with kubectl (issued a credential used here)",
            $"60 3x {Payments} read Secret prod/db from 203.0.113.9 with kubectl",
            "60 1x Secret read with a token used from another address: payments read Secret prod/db !high",
            $"62 1x {Payments} listed pods in namespace prod from 203.0.113.9 with kubectl",
            $"90 1x {Payments} opened a shell in Pod prod/web-0 from 203.0.113.9 with kubectl",
        ],
        Told(await AskAsync(TimelineEntity.Ip, "203.0.113.9")));

    [Fact]
    public async Task A_credential_is_told_from_its_issue_on_even_when_that_was_long_before_the_window()
    {
        var story = Told(await AskAsync(TimelineEntity.Credential, "JTI=stolen", window: 1, around: Noon + 9_000_000_000));

        Assert.Equal(
            [
                "0 1x mallory minted a token for ServiceAccount prod/payments from 10.0.0.5 with kubectl (issued a credential used here)",
                $"9000 1x {Payments} read Secret prod/late from 10.0.0.7 with kubectl",
            ], story);
    }

    [Fact]
    public async Task A_service_account_is_told_with_the_tokens_issued_for_it() =>
        Assert.StartsWith("0 1x mallory minted a token", Told(await AskAsync(TimelineEntity.User, Payments))[0], StringComparison.Ordinal);

    [Fact]
    public async Task A_pod_is_told_by_what_it_did_and_what_was_done_to_it() => Assert.Equal(
        [
            "0 1x mallory minted a token for ServiceAccount prod/payments from 10.0.0.5 with kubectl (issued a credential used here)",
            $"90 1x {Payments} opened a shell in Pod prod/web-0 from 203.0.113.9 with kubectl",
            "200 1x alice acting as root deleted Pod prod/web-0 from 10.0.0.7 with kubectl",
            "300 1x system:serviceaccount:prod:web read ConfigMap prod/c from 10.1.1.1 with kubectl",
        ],
        Told(await AskAsync(TimelineEntity.Pod, "prod/web-0")));

    [Theory]
    [InlineData("alice")]
    [InlineData("root")]
    public async Task Impersonation_is_told_for_both_identities(string user) => Assert.Equal(
        ["200 1x alice acting as root deleted Pod prod/web-0 from 10.0.0.7 with kubectl"], Told(await AskAsync(TimelineEntity.User, user)));

    [Fact]
    public async Task What_was_refused_is_told_as_refused() => Assert.Equal(
        ["201 1x bob was refused to read Node n1 from 10.0.0.7 with kubectl"], Told(await AskAsync(TimelineEntity.User, "bob")));

    [Fact]
    public async Task Without_a_time_the_window_is_around_the_newest_event()
    {
        var answer = await AskAsync(TimelineEntity.User, Payments, window: 1, around: null);

        Assert.Equal((Noon + 8_940_000_000, Noon + 9_060_000_000), (answer.FromMicros, answer.ToMicros));
        Assert.EndsWith("Secret prod/late from 10.0.0.7 with kubectl", Told(answer)[^1], StringComparison.Ordinal);
        Assert.Empty((await AskAsync(TimelineEntity.User, "nobody", around: null)).Entries);
    }

    [Fact]
    public async Task Repeats_more_than_a_minute_apart_are_told_again()
    {
        _next = 100;
        await IndexAsync([.. Enumerable.Range(0, 100).Select(second => Request(10_000 + second, "eve", "get", "secrets", "prod", "db") with { Position = new EventPosition(0, 1, second) })]);

        Assert.Equal(
            ["10000 60x eve read Secret prod/db from 10.0.0.7 with kubectl", "10060 40x eve read Secret prod/db from 10.0.0.7 with kubectl"],
            Told(await AskAsync(TimelineEntity.User, "eve", around: null)));
    }

    [Fact]
    public async Task Pages_together_are_the_whole_story()
    {
        var timeline = new Timeline(_index, _state);
        var question = new TimelineQuestion(TimelineEntity.User, "mallory") { AroundMicros = Noon, Limit = 0 };
        var whole = await timeline.TellAsync(question, Stop);

        var paged = new List<TimelineEntry>();
        for (string? cursor = null; ;)
        {
            var page = await timeline.TellAsync(question with { Limit = 2, Cursor = cursor }, Stop);
            paged.AddRange(page.Entries);
            if ((cursor = page.Next) is null) break;
        }

        Assert.Equal(5, whole.Entries.Count);
        Assert.Equal(whole.Entries.Select(entry => entry.Sentence), paged.Select(entry => entry.Sentence));
        await Assert.ThrowsAsync<FormatException>(() => timeline.TellAsync(question with { Cursor = "?" }, Stop));
    }

    [Fact]
    public async Task An_entry_is_readable_by_machines()
    {
        var entry = (await AskAsync(TimelineEntity.Ip, "203.0.113.9")).Entries[^1];
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            entry.Write(json);
            json.WriteEndObject();
        }

        Assert.Equal(
            """
            {"time":"2025-12-30T12:01:30.000000Z","kind":"event","count":1,"sentence":"USER opened a shell in Pod prod/web-0 from 203.0.113.9 with kubectl",
            "cluster":"prod","outcome":"success","code":101,"user":"USER","effective_user":"USER","credential_id":"JTI=stolen","client_ip":"203.0.113.9",
            "exec_command":"sh","audit_ids":["shell"],"evidence":[{"segment":0,"frame":0,"index":5},{"segment":0,"frame":0,"index":6}]}
            """.ReplaceLineEndings("").Replace("USER", Payments, StringComparison.Ordinal),
            Encoding.UTF8.GetString(buffer.ToArray()));
    }
}
