using System.Text;
using AuditWatch.Ingest.Sources;
using AuditWatch.Ingest.Sources.Kafka;
using AuditWatch.Ingest.Tests.Pipeline;
using AuditWatch.Testing;
using Confluent.Kafka;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace AuditWatch.Ingest.Tests.Sources;

/// <summary>OAUTHBEARER over TLS at a real broker, with tokens from an OAuth server and from Azure.</summary>
public sealed class KafkaTokenTests(SharedServers servers) : IAsyncLifetime
{
    readonly PipelineFixture _pipeline = new();
    readonly string _topic = "o-" + Guid.NewGuid().ToString("N");

    static CancellationToken Stop => TestContext.Current.CancellationToken;

    public ValueTask InitializeAsync()
    {
        Assert.SkipUnless(Kit.Folder is not null, Kit.Missing);
        return ValueTask.CompletedTask;
    }

    public ValueTask DisposeAsync() => _pipeline.DisposeAsync();

    [Fact]
    public async Task A_token_of_an_OAuth_server_and_one_of_Azure_open_the_broker_and_one_that_is_refused_is_said_until_there_is_a_good_one()
    {
        await SendAsync(0, 5);
        var (bootstrap, ca) = await servers.KafkaWithTokensAsync();
        await using var oauth = new TokenEndpoint(isTls: false) { Signature = "" };
        var security = new KafkaSecurity("SASL_SSL", "OAUTHBEARER") { Username = "client-1", ReadPassword = () => "FAKE-secret", CaFile = ca, TokenEndpoint = oauth.Url + "realm/token", Scope = "audit.read" };
        await using (var run = Run(bootstrap, security)) await run.UntilAsync(s => s.Messages == 5 && s.State == SourceState.Running, "what lies there");
        Assert.Contains(oauth.Asked, a => a.StartsWith("POST /realm/token", StringComparison.Ordinal) && a.Contains("grant_type=client_credentials", StringComparison.Ordinal) && a.Contains("scope=audit.read", StringComparison.Ordinal));

        await using var entra = new TokenEndpoint { Signature = "", Takes = a => a.Contains("client_secret=second", StringComparison.Ordinal) };
        var secret = "first";
        var identity = new AzureIdentity { Kind = AzureIdentityKind.ServicePrincipal, TenantId = "contoso", ClientId = "app-1", ReadClientSecret = () => Volatile.Read(ref secret), Authority = entra.Url, CaFile = entra.CaFile };
        await using var second = Run(bootstrap, new KafkaSecurity("SASL_SSL", "OAUTHBEARER") { CaFile = ca, Identity = identity, Scope = "https://west.servicebus.windows.net/.default" });
        await second.UntilAsync(s => (s.LastError?.Message ?? "").Contains("Azure gives no token", StringComparison.Ordinal) && s.State == SourceState.Failing, "the refusal to show");
        await SendAsync(5, 5);
        Volatile.Write(ref secret, "second");
        await second.UntilAsync(s => s.Messages == 5 && s.State == SourceState.Running, "what came while the secret was wrong");
        Assert.Contains(entra.Asked, a => a.Contains("scope=https://west.servicebus.windows.net/.default", StringComparison.Ordinal));
        Assert.Equal(10, (await SourceRun.ReadAsync(_pipeline)).Ids.Distinct().Count());
    }

    SourceRun Run(string bootstrap, KafkaSecurity security) => new(new KafkaSource(
        new KafkaOptions { Name = "kafka", Cluster = "prod", Bootstrap = bootstrap, Topics = [_topic], Group = _topic, Security = security }, _pipeline.Pipeline, () => false, TimeProvider.System, NullLogger<KafkaSource>.Instance));

    async Task SendAsync(int from, int count)
    {
        using var producer = new ProducerBuilder<Null, byte[]>(new ProducerConfig { BootstrapServers = await servers.KafkaAsync() }).Build();
        for (var i = from; i < from + count; i++) await producer.ProduceAsync(_topic, new Message<Null, byte[]> { Value = Encoding.UTF8.GetBytes(PipelineFixture.Event(i)) }, Stop);
    }
}
