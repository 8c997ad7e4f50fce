using System.IO.Compression;
using System.Net;
using System.Text;
using System.Text.Json;
using AuditWatch.Tests.Running;
using Xunit;

namespace AuditWatch.Tests.Serving;

/// <summary>Senders other than the API server: Falco, falcosidekick, Firehose, Pub/Sub, each with its own credential and answer.</summary>
public sealed class PushTests : IAsyncLifetime
{
    const string Token = "/var/run/secrets/kubernetes.io/serviceaccount/token";

    readonly ServerProcess _server = new(Path.Combine(Directory.CreateTempSubdirectory("aw-push").FullName, "data"));
    string _token = "";

    static CancellationToken Stop => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        var added = await AuditWatchCommand.RunAsync("clusters", "add", "prod", "--data", _server.Data, "--url", _server.Url, "--format", "json");
        Assert.True(added.ExitCode == 0, added.Error);
        _token = JsonElement.Parse(added.Output).GetProperty("token").GetString()!;
        await _server.StartAsync();
    }

    public async ValueTask DisposeAsync() => await _server.DisposeAsync();

    [Fact]
    public async Task Every_sender_is_let_in_by_its_own_credential_and_answered_in_its_own_words()
    {
        // Falco, then falcosidekick with the same alert and a uuid beside it, then Falco again after a lost answer; and one per line, packed.
        var alert = Falco("cat " + Token, "cat", "2026-11-25T01:02:03.456789012Z");
        Assert.Equal(HttpStatusCode.OK, (await PostAsync("falco/prod", alert, bearer: true)).Status);
        Assert.Equal(HttpStatusCode.OK, (await PostAsync("falco/prod", alert, bearer: true)).Status);
        Assert.Equal(HttpStatusCode.OK, (await PostAsync("falco/prod", "{\"uuid\":\"5f4c\"," + Falco("mysql --password=FAKE-secret-42", "mysql", "2026-11-25T01:02:04Z")[1..], bearer: true)).Status);
        Assert.Equal(HttpStatusCode.OK, (await PostAsync("falco/prod", Gzip(Falco("nginx", "nginx", "2026-11-25T01:02:05Z") + "\n{\"hello\":1}\nno JSON\n"), bearer: true)).Status);
        Assert.Equal(HttpStatusCode.Unauthorized, (await PostAsync("falco/prod", alert)).Status);
        Assert.Equal(HttpStatusCode.NotFound, (await PostAsync("falco/other", alert, bearer: true)).Status);

        var cloudWatch = "{\"messageType\":\"DATA_MESSAGE\",\"owner\":\"1\",\"logGroup\":\"/aws/eks/prod/cluster\",\"logStream\":\"kube-apiserver-audit-abc\",\"logEvents\":[{\"id\":\"3\",\"timestamp\":1736000000000,\"message\":"
            + JsonSerializer.Serialize(AuditLine.Of("from-firehose")) + "}]}";
        var firehose = $"{{\"requestId\":\"r-1\",\"timestamp\":1578090901599,\"records\":[{{\"data\":\"{Convert.ToBase64String(Gzip(cloudWatch))}\"}}]}}";
        var (status, body) = await PostAsync("firehose/prod", firehose, headers: [("X-Amz-Firehose-Request-Id", "r-1"), ("X-Amz-Firehose-Access-Key", _token)]);
        Assert.Equal((HttpStatusCode.OK, "r-1"), (status, JsonElement.Parse(body).GetProperty("requestId").GetString()));
        Assert.True(JsonElement.Parse(body).GetProperty("timestamp").GetInt64() > 1_700_000_000_000);
        (status, body) = await PostAsync("firehose/prod", firehose, headers: [("X-Amz-Firehose-Request-Id", "r-2"), ("X-Amz-Firehose-Access-Key", "wrong")]);
        Assert.Equal((HttpStatusCode.Unauthorized, "r-2"), (status, JsonElement.Parse(body).GetProperty("requestId").GetString()));
        Assert.Contains("token", JsonElement.Parse(body).GetProperty("errorMessage").GetString(), StringComparison.Ordinal);

        var entry = """{"protoPayload":{"authenticationInfo":{"principalEmail":"bob@example.com"},"methodName":"io.k8s.core.v1.secrets.get","requestMetadata":{"callerIp":"1.2.3.4"},"resourceName":"core/v1/namespaces/prod/secrets/db","serviceName":"k8s.io","status":{"code":0}},"timestamp":"2026-11-23T09:27:03.127266Z","operation":{"id":"from-pubsub"}}""";
        var push = $"{{\"message\":{{\"data\":\"{Convert.ToBase64String(Encoding.UTF8.GetBytes(entry))}\",\"messageId\":\"1\"}},\"subscription\":\"projects/p/subscriptions/s\"}}";
        Assert.Equal(HttpStatusCode.OK, (await PostAsync("pubsub/prod?token=" + _token, push, headers: [("Authorization", "Bearer a-token-of-Google")])).Status);
        Assert.Equal(HttpStatusCode.Unauthorized, (await PostAsync("pubsub/prod", push, headers: [("Authorization", "Bearer a-token-of-Google")])).Status);

        // Small on the wire, two hundred mebibytes unpacked: answered like any other content, named, counted, and not followed to its end.
        var bomb = Gzip(Falco("bomb", "bomb", "2026-11-25T01:02:06Z")[..^30] + new string(' ', 200 << 20));
        Assert.InRange(bomb.Length, 1, 2 << 20);
        Assert.Equal(HttpStatusCode.OK, (await PostAsync("falco/prod", bomb, bearer: true)).Status);
        var record = $"{{\"records\":[{{\"data\":\"{Convert.ToBase64String(bomb)}\"}}]}}";
        Assert.Equal(HttpStatusCode.OK, (await PostAsync("firehose/prod", record, headers: [("X-Amz-Firehose-Access-Key", _token)])).Status);

        await _server.SettleAsync();
        var ids = (await _server.ListAsync("events")).Select(e => e.GetProperty("audit_id").GetString()).Order(StringComparer.Ordinal);
        Assert.Equal(["from-firehose", "from-pubsub"], ids);
        string?[] kept = [.. (await _server.ListAsync("quarantine")).Select(q => q.GetProperty("reason").GetString()).Order(StringComparer.Ordinal)];
        Assert.Equal(["malformed-json", "not-a-falco-alert", "too-large", "too-large", "too-large"], kept);
        Assert.Equal(5, (await _server.MetricsAsync())["auditwatch_quarantined_total"]);

        // In the story of the pod, the namespace and the container; and as an alert of ours.
        foreach (var question in (string[])["pod=prod/web-1", "namespace=prod", "container=web"])
        {
            var story = (await _server.ListAsync("timeline", question + "&around=2026-11-25T01:02:03Z&window=1h")).Where(t => t.GetProperty("kind").GetString() == "falco").ToList();
            Assert.Equal(3, story.Count);
            Assert.Contains("cat " + Token, story[0].GetProperty("sentence").GetString(), StringComparison.Ordinal);
        }
        await _server.QuietAsync(1);
        var raised = (await _server.ListAsync("alerts")).Where(a => a.GetProperty("rule").GetProperty("name").GetString() == "falco-service-account-token-read").ToList();
        Assert.Contains("Pod prod/web-1", Assert.Single(raised).GetProperty("sentence").GetString(), StringComparison.Ordinal);
        Assert.Equal(3, (await _server.MetricsAsync())["auditwatch_falco_alerts_total"]);

        Assert.Equal(0, await _server.TerminateAsync());
        var exported = await AuditWatchCommand.RunAsync("journal", "export", "--data", _server.Data, "--kind", "falco");
        Assert.Equal(3, exported.Lines.Length);
        Assert.DoesNotContain("FAKE-secret-42", exported.Output, StringComparison.Ordinal);
        Assert.Contains("--password=[redacted", exported.Output, StringComparison.Ordinal);
    }

    static string Falco(string command, string process, string time) =>
        $$"""{"hostname":"node-1","output":"Warning Read sensitive file","output_fields":{"container.id":"3ad7","container.name":"web","fd.name":{{(process == "cat" ? $"\"{Token}\"" : "null")}},"k8s.ns.name":"prod","k8s.pod.name":"web-1","proc.cmdline":"{{command}}","proc.name":"{{process}}"},"priority":"Warning","rule":"Read sensitive file untrusted","source":"syscall","tags":["container"],"time":"{{time}}"}""";

    static byte[] Gzip(string text)
    {
        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.Fastest)) gzip.Write(Encoding.UTF8.GetBytes(text));
        return packed.ToArray();
    }

    Task<(HttpStatusCode Status, string Body)> PostAsync(string path, string body, bool bearer = false, params (string, string)[] headers) => PostAsync(path, Encoding.UTF8.GetBytes(body), bearer, headers);

    async Task<(HttpStatusCode Status, string Body)> PostAsync(string path, byte[] body, bool bearer = false, params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/ingest/v1/" + path) { Content = new ByteArrayContent(body) };
        if (bearer) request.Headers.Authorization = new("Bearer", _token);
        foreach (var (name, value) in headers) request.Headers.TryAddWithoutValidation(name, value);
        using var answer = await _server.Http.SendAsync(request, Stop);
        return (answer.StatusCode, await answer.Content.ReadAsStringAsync(Stop));
    }
}
