using System.Text.Json;
using AuditWatch.Testing;
using AuditWatch.Tests.Running;
using Azure.Messaging.EventHubs;
using Azure.Messaging.EventHubs.Producer;
using Confluent.Kafka;
using Xunit;

namespace AuditWatch.Tests.Serving;

/// <summary><c>auditwatch doctor</c> against real servers: what is right, and each thing that can be wrong, said so that it can be put right.</summary>
public sealed class DoctorTests
{
    const string Password = "FAKE-doctor-password";
    readonly string _work = Directory.CreateTempSubdirectory("aw-doctor").FullName;

    static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Of_Kafka_it_tells_a_wrong_authority_a_wrong_password_and_a_missing_topic_apart_and_shows_one_event()
    {
        Assert.SkipUnless(Kit.Recordings is not null, Kit.Missing);
        await using var broker = await KitServer.StartAsync("kafka", "--sasl", "user:" + Password);
        using (var producer = new ProducerBuilder<Null, byte[]>(new ProducerConfig
        {
            BootstrapServers = broker.Says["bootstrap"], SecurityProtocol = SecurityProtocol.SaslSsl, SaslMechanism = SaslMechanism.Plain, SaslUsername = "user", SaslPassword = Password,
            SslCaLocation = broker.Data + "/tls/ca.pem",
        }).Build())
            await producer.ProduceAsync("audit", new Message<Null, byte[]> { Value = AksRecords.Body([.. AksRecords.Lines("production").Take(3)]) }, Stop);

        string Config(string topic = "audit", string password = Password, string? ca = null) => Write($$"""
            sources:
              - name: kafka
                type: kafka
                cluster: prod
                bootstrap: {{broker.Says["bootstrap"]}}
                topics: [{{topic}}]
                security: {protocol: SASL_SSL, mechanism: PLAIN, username: user, password_file: {{Write(password)}}, ca_file: {{ca ?? broker.Data + "/tls/ca.pem"}}}
            """);

        var (exit, checks) = await DoctorAsync("kafka", Config());
        Assert.Equal(0, exit);
        Assert.Equal(["reach ok", "topic ok", "group ok", "read ok", "decode ok"], Words(checks));
        Assert.Contains("shape aks: 3 audit events", checks[^1].GetProperty("detail").GetString(), StringComparison.Ordinal);
        Assert.True(checks[^1].GetProperty("event").TryGetProperty("auditID", out _));

        (exit, checks) = await DoctorAsync("kafka", Config(ca: new Certificates().AuthorityFile));
        Assert.Equal((4, "reach failed"), (exit, Assert.Single(Words(checks))));
        Assert.Contains("ca_file", checks[0].GetProperty("detail").GetString(), StringComparison.Ordinal);
        (exit, checks) = await DoctorAsync("kafka", Config(password: "wrong"));
        Assert.Equal((4, "reach failed"), (exit, Assert.Single(Words(checks))));
        Assert.Contains("password_file", checks[0].GetProperty("detail").GetString(), StringComparison.Ordinal);
        (exit, checks) = await DoctorAsync("kafka", Config(topic: "no-such-topic"));
        Assert.Equal(4, exit);
        Assert.Contains("topic failed", Words(checks));
    }

    [Fact]
    public async Task Of_Event_Hubs_it_tells_a_wrong_authority_a_wrong_key_and_a_missing_hub_apart_and_shows_one_event()
    {
        Assert.SkipUnless(Kit.Recordings is not null, Kit.Missing);
        await using var hubs = await KitServer.StartAsync("eventhubs", "--hub", "audit:2");
        await using (var producer = new EventHubProducerClient(hubs.Says["connection-string"]))
            await producer.SendAsync([new EventData(AksRecords.Body([.. AksRecords.Lines("production").Take(3)]))], Stop);
        var tls = hubs.Says["tls-connection-string"].Split(";EntityPath", 2)[0];

        string Config(string? connection = null, string hub = "audit", string? ca = null) => Write($$"""
            sources:
              - {name: hubs, type: eventhubs, cluster: west, connection_string_file: {{Write(connection ?? tls)}}, hub: {{hub}}, endpoint: {{hubs.Says["tls-endpoint"]}}, ca_file: {{ca ?? hubs.Says["ca"]}}}
            """);

        var (exit, checks) = await DoctorAsync("eventhubs", Config());
        Assert.Equal(0, exit);
        Assert.Equal(["reach ok", "partition ok", "partition ok", "read ok", "decode ok"], Words(checks));
        Assert.Contains("shape aks: 3 audit events", checks[^1].GetProperty("detail").GetString(), StringComparison.Ordinal);

        (exit, checks) = await DoctorAsync("eventhubs", Config(ca: new Certificates().AuthorityFile));
        Assert.Equal((4, "reach failed"), (exit, Assert.Single(Words(checks))));
        Assert.Contains("ca_file", checks[0].GetProperty("detail").GetString(), StringComparison.Ordinal);
        (exit, checks) = await DoctorAsync("eventhubs", Config(connection: System.Text.RegularExpressions.Regex.Replace(tls, "SharedAccessKey=[^;]+", "SharedAccessKey=d3Jvbmc=")));
        Assert.Equal((4, "reach failed"), (exit, Assert.Single(Words(checks))));
        Assert.Contains("Listen", checks[0].GetProperty("detail").GetString(), StringComparison.Ordinal);
        (exit, checks) = await DoctorAsync("eventhubs", Config(hub: "no-such-hub"));
        Assert.Equal((4, "reach failed"), (exit, Assert.Single(Words(checks))));
        Assert.Equal(2, (await AuditWatchCommand.RunAsync("doctor", "kafka", "--config", Config())).ExitCode);
    }

    [Fact]
    public async Task Of_Event_Hubs_over_WebSockets_in_TLS_through_a_proxy_it_asks_with_the_managed_identity_that_the_configuration_names()
    {
        Assert.SkipUnless(Kit.Recordings is not null, Kit.Missing);
        await using var hubs = await KitServer.StartAsync("eventhubs", "--hub", "audit:1", "--allow-jwt");
        await using (var producer = new EventHubProducerClient(hubs.Says["connection-string"]))
            await producer.SendAsync([new EventData(AksRecords.Body([.. AksRecords.Lines("production").Take(3)]))], Stop);
        await using var tokens = new TokenEndpoint(isTls: false);
        await using var proxy = new TunnelProxy();
        var config = Write($$"""
            sources:
              - {name: hubs, type: eventhubs, cluster: west, namespace: west.servicebus.windows.net, hub: audit, credential: managed-identity, client_id: identity-1, transport: websockets, proxy: "{{proxy.Url}}", endpoint: "{{hubs.Says["tls-endpoint"]}}"}
            """);
        var ran = await AuditWatchCommand.RunAsync(["doctor", "eventhubs", "--config", config], null, null, ("SSL_CERT_FILE", hubs.Says["ca"]), ("AZURE_POD_IDENTITY_AUTHORITY_HOST", tokens.Url.ToString()));
        Assert.True(ran.ExitCode == 0, ran.Output + ran.Error);
        Assert.Equal(["reach ok", "partition ok", "read ok", "decode ok"], Words(ran.Lines.Select(l => JsonElement.Parse(l))));
        Assert.NotEmpty(proxy.Tunnels);
        Assert.All(proxy.Tunnels, t => Assert.EndsWith(":" + hubs.Port.ToString(System.Globalization.CultureInfo.InvariantCulture), t, StringComparison.Ordinal));
        Assert.Contains(tokens.Asked, a => a.StartsWith("GET /metadata/identity/oauth2/token", StringComparison.Ordinal) && a.Contains("client_id=identity-1", StringComparison.Ordinal) && a.Contains("eventhubs.azure.net", StringComparison.Ordinal));
    }

    static List<string> Words(IEnumerable<JsonElement> checks) => [.. checks.Select(c => c.GetProperty("check").GetString() + " " + c.GetProperty("state").GetString())];

    string Write(string text)
    {
        var file = Path.Combine(_work, Guid.NewGuid().ToString("N") + ".yaml");
        File.WriteAllText(file, text);
        return file;
    }

    static async Task<(int Exit, List<JsonElement> Checks)> DoctorAsync(string type, string config)
    {
        var ran = await AuditWatchCommand.RunAsync("doctor", type, "--config", config);
        Assert.DoesNotContain(Password, ran.Output + ran.Error, StringComparison.Ordinal);
        return (ran.ExitCode, [.. ran.Lines.Select(l => JsonElement.Parse(l))]);
    }
}
