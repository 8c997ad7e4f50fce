using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using AuditWatch.Ingest.Sources;
using AuditWatch.Ingest.Sources.EventHubs;
using AuditWatch.Ingest.Tests.Pipeline;
using AuditWatch.Testing;
using Azure.Messaging.EventHubs;
using Azure.Messaging.EventHubs.Producer;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace AuditWatch.Ingest.Tests.Sources;

/// <summary>Tokens of Azure's identities, asked for at a real endpoint, and the ways in beside plain AMQP: WebSockets, and a proxy.</summary>
[Collection("faults of the Event Hubs server are for all of its hubs")]
public sealed class EventHubsLoginTests(SharedServers servers) : IAsyncLifetime
{
    readonly PipelineFixture _pipeline = new();
    readonly string _hub = "h-" + Guid.NewGuid().ToString("N")[..12], _work = Directory.CreateTempSubdirectory("aw-login").FullName;
    KitServer _server = null!;

    static CancellationToken Stop => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        Assert.SkipUnless(Kit.Folder is not null, Kit.Missing);
        _server = await servers.HubsAsync();
        using var admin = new HttpClient { BaseAddress = new Uri(_server.Says["admin"]) };
        (await admin.PutAsync($"/hubs/{_hub}?partitions=1", null, Stop)).EnsureSuccessStatusCode();
        await SendAsync(0, 5);
    }

    public ValueTask DisposeAsync() => _pipeline.DisposeAsync();

    [Fact]
    public async Task A_service_principal_asks_with_its_secret_and_one_that_is_refused_is_said_with_a_remedy_until_the_secret_is_changed()
    {
        await using var tokens = new TokenEndpoint { Takes = asked => asked.Contains("client_secret=second", StringComparison.Ordinal) };
        var secret = "first";
        var identity = new AzureIdentity { Kind = AzureIdentityKind.ServicePrincipal, TenantId = "contoso", ClientId = "app-1", ReadClientSecret = () => Volatile.Read(ref secret), Authority = tokens.Url, CaFile = tokens.CaFile };
        var source = Source(Options(identity));
        // As the server does with a source that cannot go on.
        var refused = await Assert.ThrowsAnyAsync<IOException>(() => source.RunAsync(Stop));
        Assert.Matches("Azure gives no token: .*AADSTS7000215.*client_id and the secret", refused.Message);
        Volatile.Write(ref secret, "second");
        await using var run = new SourceRun(source);
        await run.UntilAsync(s => s.Messages == 5 && s.State == SourceState.Running, "what lies there");
        var asked = tokens.Asked.Last(a => a.Contains("client_secret", StringComparison.Ordinal));
        Assert.StartsWith("POST /contoso/oauth2/v2.0/token", asked, StringComparison.Ordinal);
        foreach (var part in (string[])["client_id=app-1", "grant_type=client_credentials", "scope=https://eventhubs.azure.net"]) Assert.True(asked.Contains(part, StringComparison.Ordinal), asked);
        // Changed while it runs: asked for with the new one, and nothing is lost or doubled.
        tokens.Takes = a => a.Contains("client_secret=third", StringComparison.Ordinal);
        Volatile.Write(ref secret, "third");
        await run.UntilAsync(_ => tokens.Asked.Any(a => a.Contains("client_secret=third", StringComparison.Ordinal)), "a token with the third secret");
        await SendAsync(5, 5);
        await run.UntilAsync(s => s.Messages == 10, "what came then");
        Assert.Equal(10, (await SourceRun.ReadAsync(_pipeline)).Ids.Distinct().Count());
        Assert.Equal(0, run.Standing.Repeats);
    }

    [Fact]
    public async Task A_workload_proves_itself_with_the_token_that_Kubernetes_wrote_and_a_certificate_does_too()
    {
        await using var tokens = new TokenEndpoint();
        var federated = Path.Combine(_work, "token");
        await File.WriteAllTextAsync(federated, "projected-by-kubernetes", Stop);
        var workload = new AzureIdentity { Kind = AzureIdentityKind.WorkloadIdentity, TenantId = "contoso", ClientId = "app-2", FederatedTokenFile = federated, Authority = tokens.Url, CaFile = tokens.CaFile };
        await using (var run = new SourceRun(Source(Options(workload)))) await run.UntilAsync(s => s.Messages == 5, "what lies there");
        Assert.Contains(tokens.Asked, a => a.Contains("client_assertion=projected-by-kubernetes", StringComparison.Ordinal) && a.Contains("client_id=app-2", StringComparison.Ordinal));
        Assert.DoesNotContain(tokens.Asked, a => a.Contains("app-1", StringComparison.Ordinal));

        using var rsa = RSA.Create(2048);
        using var certificate = new CertificateRequest("CN=app-3", rsa, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1).CreateSelfSigned(DateTimeOffset.UnixEpoch.AddYears(50), DateTimeOffset.UnixEpoch.AddYears(130));
        var file = Path.Combine(_work, "app.pem");
        await File.WriteAllTextAsync(file, certificate.ExportCertificatePem() + "\n" + rsa.ExportPkcs8PrivateKeyPem(), Stop);
        await using var proxy = new TunnelProxy();
        var principal = new AzureIdentity { Kind = AzureIdentityKind.ServicePrincipal, TenantId = "contoso", ClientId = "app-3", ClientCertificateFile = file, Authority = tokens.Url, CaFile = tokens.CaFile, Proxy = proxy.Url };
        await SendAsync(5, 5);
        await using var again = new SourceRun(Source(Options(principal)));
        await again.UntilAsync(s => s.Messages == 10, "all of it");
        Assert.Contains(tokens.Asked, a => a.Contains("client_assertion=ey", StringComparison.Ordinal) && a.Contains("client_id=app-3", StringComparison.Ordinal));
        Assert.All(proxy.Tunnels, t => Assert.Equal(tokens.Url.Authority, t));
        Assert.NotEmpty(proxy.Tunnels);
    }

    [Fact]
    public async Task Where_there_is_no_such_credential_the_source_says_which_and_what_to_do()
    {
        var missing = new AzureIdentity { Kind = AzureIdentityKind.WorkloadIdentity, TenantId = "contoso", ClientId = "app", FederatedTokenFile = Path.Combine(_work, "not-there"), Authority = new Uri("https://localhost:1/") };
        var fault = await Assert.ThrowsAnyAsync<IOException>(() => Source(Options(missing)).RunAsync(Stop));
        Assert.Contains("not-there", fault.Message, StringComparison.Ordinal);
        Assert.Contains("credential", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Over_WebSockets_through_a_proxy_everything_comes_through_its_tunnels_and_nothing_beside_them()
    {
        await using var proxy = new TunnelProxy();
        var options = Options(new AzureIdentity()) with { ReadConnectionString = () => ConnectionString, Endpoint = null, CaFile = null, UseWebSockets = true, Proxy = proxy.Url };
        await using (var run = new SourceRun(Source(options)))
        {
            await run.UntilAsync(s => s.Messages == 5, "what lies there");
            await SendAsync(5, 5);
            await run.UntilAsync(s => s.Messages == 10 && s.Lag == 0, "what came then");
        }

        Assert.All(proxy.Tunnels, t => Assert.EndsWith($":{_server.Port}", t, StringComparison.Ordinal));
        Assert.InRange(proxy.Tunnels.Count, 2, 20);   // the reader's and the observer's
        Assert.Equal(10, (await SourceRun.ReadAsync(_pipeline)).Ids.Distinct().Count());
        // The proxy gone: nothing is read past it, and the source says so.
        await proxy.DisposeAsync();
        await Assert.ThrowsAnyAsync<Exception>(() => Source(options with { StartAtLatest = true }).RunAsync(Stop));
    }

    string ConnectionString => _server.Says["connection-string"].Split(";EntityPath", 2)[0];

    EventHubsSource Source(EventHubsOptions options) => new(options, _pipeline.Pipeline, new MemoryCheckpoints(), () => false, TimeProvider.System, NullLogger<EventHubsSource>.Instance);

    EventHubsOptions Options(AzureIdentity identity) => new()
    {
        Name = "hubs", Cluster = "prod", Namespace = "west.servicebus.windows.net", Hub = _hub, Identity = identity, Endpoint = new Uri(_server.Says["tls-endpoint"]), CaFile = _server.Says["ca"],
        Identifier = "one", BalanceEvery = TimeSpan.FromSeconds(1), OwnershipEnds = TimeSpan.FromSeconds(5), CheckpointEvery = TimeSpan.FromSeconds(1), WatchEvery = TimeSpan.FromSeconds(1),
    };

    async Task SendAsync(int from, int count)
    {
        await using var producer = new EventHubProducerClient(ConnectionString, _hub);
        await producer.SendAsync(Enumerable.Range(from, count).Select(i => new EventData(Encoding.UTF8.GetBytes(PipelineFixture.Event(i)))), Stop);
    }
}
