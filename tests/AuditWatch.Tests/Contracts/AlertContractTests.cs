using System.Net;
using System.Text.Json;
using AuditWatch.Tests.Running;
using Xunit;

namespace AuditWatch.Tests.Contracts;

/// <summary>The alert, its ids and the rows beside it, exactly as others hold on to them; offline and from a server alike.</summary>
public sealed class AlertContractTests(SharedServer shared)
{
    static readonly string[] Keys =
        ["alert_id", "time", "time_source", "cluster", "level", "rule", "sentence", "actor", "verb", "object", "outcome", "audit_ids", "audit_ids_truncated", "count", "evidence", "matched", "group_by", "window"];
    static readonly string[] Optional = ["time_source", "object", "audit_ids_truncated", "group_by", "window"];
    readonly string _folder = Directory.CreateTempSubdirectory("aw-contract").FullName;

    static List<JsonElement> Read(AuditWatchCommand.Result result)
    {
        Assert.True(result.ExitCode == 0, result.Error);
        return [.. result.Lines.Select(l => JsonDocument.Parse(l).RootElement)];
    }

    static void AssertIsAlert(JsonElement alert, string[] evidence, params string[] more)
    {
        var names = alert.EnumerateObject().Select(p => p.Name).ToList();
        Assert.Equal(Keys.Where(k => names.Contains(k) || !Optional.Contains(k)).Concat(more), names);
        Assert.Matches("^[0-9a-f]{32}$", alert.GetProperty("alert_id").GetString());
        Assert.Equal(["id", "name", "title", "revision", "attack", "tactics"], alert.GetProperty("rule").EnumerateObject().Select(p => p.Name));
        Assert.Matches("^[a-z0-9]+([-_][a-z0-9]+)*$", alert.GetProperty("rule").GetProperty("name").GetString());
        Assert.Equal(["user", "groups", "effective_user", "impersonated", "credential_id", "client_ip", "user_agent"], alert.GetProperty("actor").EnumerateObject().Select(p => p.Name));
        if (alert.TryGetProperty("object", out var target)) Assert.Equal(["api_group", "resource", "subresource", "namespace", "name"], target.EnumerateObject().Select(p => p.Name));
        Assert.Contains(alert.GetProperty("outcome").GetString(), new[] { "success", "denied", "failure", "unknown" });
        Assert.All(alert.GetProperty("evidence").EnumerateArray(), e => Assert.Equal(evidence, e.EnumerateObject().Select(p => p.Name)));
        Assert.All(alert.GetProperty("matched").EnumerateArray(), m => Assert.Equal(["selection", "field", "value"], m.EnumerateObject().Select(p => p.Name)));
        Assert.Equal(alert.TryGetProperty("group_by", out _), alert.TryGetProperty("window", out _));
    }

    [Fact]
    public async Task Scan_and_server_tell_the_same_alerts_and_every_id_can_be_computed_again_from_what_is_said()
    {
        var scanned = Read(await AuditWatchCommand.RunAsync("scan", AuditWatchCommand.Recording, "--cluster", "contract"));
        Assert.All(scanned, a => AssertIsAlert(a, ["file", "line"]));
        Assert.Equal(scanned.OrderBy(a => a.GetProperty("time").GetString(), StringComparer.Ordinal).ThenBy(a => a.GetProperty("rule").GetProperty("id").GetString(), StringComparer.Ordinal)
            .ThenBy(a => a.GetProperty("alert_id").GetString(), StringComparer.Ordinal).Select(a => a.GetRawText()), scanned.Select(a => a.GetRawText()));

        // One client in the recording sends an auditID a second time: clients choose it, and those are two requests.
        var received = Recorded.Lines().Select(l => JsonDocument.Parse(l).RootElement).ToLookup(e => e.GetProperty("auditID").GetString()!, e => e.GetProperty("requestReceivedTimestamp").GetString()!);
        var single = scanned.Where(a => a.GetProperty("count").GetInt64() == 1 && !a.TryGetProperty("group_by", out _)).ToList();
        Assert.NotEmpty(single);
        foreach (var alert in single)
        {
            var id = Assert.Single(alert.GetProperty("audit_ids").EnumerateArray()).GetString()!;
            Assert.Contains(alert.GetProperty("alert_id").GetString(), received[id].Distinct().Select(time => ContractIds.Alert("contract", alert.GetProperty("rule").GetProperty("id").GetString()!, (id, time))));
        }

        var server = await shared.Started;
        foreach (var body in Recorded.Bodies(400)) (await server.PostAsync("contract", body)).Dispose();
        await server.QuietAsync();
        var raised = await server.ListAsync("alerts", "limit=0&cluster=contract");
        Assert.All(raised, a => AssertIsAlert(a, ["segment", "frame", "index"], "status", "triage"));
        Assert.Equal(scanned.Select(a => a.GetProperty("alert_id").GetString()).Order(), raised.Select(a => a.GetProperty("alert_id").GetString()).Order());

        var rows = (await server.ListAsync("events", "limit=0&cluster=contract")).ToDictionary(Place);
        string[] required = ["event_id", "cluster", "audit_id", "stage", "time", "verb", "user", "segment", "frame", "index"];
        Assert.All(rows.Values, r => Assert.Empty(required.Except(r.EnumerateObject().Select(p => p.Name))));
        var exported = Read(await AuditWatchCommand.RunAsync("journal", "export", "--data", server.Data, "--cluster", "contract"));
        Assert.Equal(rows.Count, exported.Count);
        foreach (var record in exported)
        {
            Assert.Equal(["segment", "frame", "index", "cluster", "source", "received", "event"], record.EnumerateObject().Select(p => p.Name));
            var row = rows[Place(record)];
            Assert.Equal(ContractIds.Event("contract", record.GetProperty("event").GetRawText()), row.GetProperty("event_id").GetString());
            Assert.Equal(record.GetProperty("event").GetProperty("auditID").GetString(), row.GetProperty("audit_id").GetString());
            Assert.Equal(record.GetProperty("event").GetProperty("stage").GetString(), row.GetProperty("stage").GetString());
        }
    }

    static (int, int, int) Place(JsonElement row) => (row.GetProperty("segment").GetInt32(), row.GetProperty("frame").GetInt32(), row.GetProperty("index").GetInt32());

    [Fact]
    public async Task Stages_of_one_request_are_one_alert_whose_outcome_is_the_latest_seen()
    {
        const string decision = ""","annotations":{"authorization.k8s.io/decision":"forbid"}""";
        File.WriteAllBytes(Path.Combine(_folder, "a.log"), AuditLine.Utf8(
            AuditLine.Of("a", stage: "RequestReceived", code: null), AuditLine.Of("a", stageTime: "2026-11-23T09:27:04Z", code: 403),
            AuditLine.Of("b", stage: "RequestReceived", code: null),
            AuditLine.Of("c", code: 500), AuditLine.Of("d", code: 101), AuditLine.Of("e", code: null, more: decision), AuditLine.Of("f", code: 401), AuditLine.Of("g", code: 399),
            // The same auditID at another time is another request: clients choose it.
            AuditLine.Of("g", received: "2026-11-23T09:28:00Z", code: 404)));
        var alerts = Read(await AuditWatchCommand.RunAsync(["scan", "a.log", "--rules", AuditLine.Rules()], null, _folder));
        string Said(string id) => string.Join(' ', alerts.Where(a => a.GetProperty("audit_ids")[0].GetString() == id)
            .Select(a => $"{a.GetProperty("outcome").GetString()}/{a.GetProperty("evidence").GetArrayLength()}/{a.GetProperty("count").GetInt32()}"));
        Assert.Equal("denied/2/1", Said("a"));
        Assert.Equal("unknown/1/1", Said("b"));
        Assert.Equal("failure/1/1", Said("c"));
        Assert.Equal("success/1/1", Said("d"));
        Assert.Equal("denied/1/1", Said("e"));
        Assert.Equal("denied/1/1", Said("f"));
        Assert.Equal("success/1/1 failure/1/1", Said("g"));
        Assert.Equal("2026-11-23T09:27:03.083285Z", alerts.First(a => a.GetProperty("audit_ids")[0].GetString() == "a").GetProperty("time").GetString());
    }

    [Fact]
    public async Task What_is_unknown_is_null_and_what_is_absent_is_no_key()
    {
        var rules = AuditLine.Rules(("healthz.yml", """
            title: Health asked
            logsource: {product: kubernetes, service: audit}
            detection:
              selection:
                requestURI|startswith: /healthz
              condition: selection
            """));
        File.WriteAllText(Path.Combine(_folder, "a.log"), """{"kind":"Event","apiVersion":"audit.k8s.io/v1","level":"Metadata","auditID":"h","stage":"ResponseComplete","requestURI":"/healthz","verb":"get","user":{"username":"u"},"requestReceivedTimestamp":"2026-11-23T09:27:03.083285Z"}""");
        var alert = Assert.Single(Read(await AuditWatchCommand.RunAsync(["scan", "a.log", "--rules", rules], null, _folder)));
        AssertIsAlert(alert, ["file", "line"]);
        Assert.False(alert.TryGetProperty("object", out _));
        Assert.False(alert.TryGetProperty("group_by", out _));
        Assert.Equal(JsonValueKind.Null, alert.GetProperty("actor").GetProperty("credential_id").ValueKind);
        Assert.Equal("2026-11-23T09:27:03.083285Z", alert.GetProperty("time").GetString());
        Assert.False(string.IsNullOrEmpty(alert.GetProperty("time_source").GetString()));
        Assert.Equal(ContractIds.Alert("default", alert.GetProperty("rule").GetProperty("id").GetString()!, ("h", "2026-11-23T09:27:03.083285Z")), alert.GetProperty("alert_id").GetString());
    }
}
