using System.Globalization;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using AuditWatch.Testing;
using Xunit;

[assembly: AssemblyFixture(typeof(AuditWatch.Ingest.Tests.Sources.SharedServers))]

namespace AuditWatch.Ingest.Tests.Sources;

/// <summary>Each server once per test run, when the first test asks for it.</summary>
public sealed class SharedServers : IAsyncDisposable
{
    readonly Lazy<Task<(KitServer Broker, int ScramPort, int TokenPort, string CaFile)>> _kafka = new(StartKafkaAsync);
    readonly Lazy<Task<KitServer>> _hubs = new(() => KitServer.StartAsync("eventhubs", "--allow-jwt"));

    public async Task<string> KafkaAsync() => (await _kafka.Value).Broker.Says["bootstrap"];

    /// <summary>Where the same broker wants a login, and asks for it again every two seconds.</summary>
    public async Task<string> KafkaWithLoginAsync() => "127.0.0.1:" + (await _kafka.Value).ScramPort.ToString(CultureInfo.InvariantCulture);

    /// <summary>Where the same broker wants a token (OAUTHBEARER, unsigned) over TLS, and the authority of its certificate.</summary>
    public async Task<(string Bootstrap, string CaFile)> KafkaWithTokensAsync() => await _kafka.Value is var it ? ("localhost:" + it.TokenPort.ToString(CultureInfo.InvariantCulture), it.CaFile) : default;

    public Task<KitServer> HubsAsync() => _hubs.Value;

    public async ValueTask DisposeAsync()
    {
        if (_kafka.IsValueCreated) await (await _kafka.Value).Broker.DisposeAsync();
        if (_hubs.IsValueCreated) await (await _hubs.Value).DisposeAsync();
    }

    static async Task<(KitServer Broker, int ScramPort, int TokenPort, string CaFile)> StartKafkaAsync()
    {
        var (scramPort, tokenPort) = (KitServer.FreePort(), KitServer.FreePort());
        var others = string.Create(CultureInfo.InvariantCulture, $"SCRAM://127.0.0.1:{scramPort},TOKENS://localhost:{tokenPort}");
        var (keys, ca) = Keys();
        string[] properties =
        [
            "group.min.session.timeout.ms=1000", "sasl.enabled.mechanisms=SCRAM-SHA-256,OAUTHBEARER",
            "listener.security.protocol.map=CLIENT:PLAINTEXT,CONTROLLER:PLAINTEXT,SCRAM:SASL_PLAINTEXT,TOKENS:SASL_SSL",
            "listeners=CLIENT://127.0.0.1:{port},CONTROLLER://127.0.0.1:{controller}," + others, "advertised.listeners=CLIENT://127.0.0.1:{port}," + others,
            "listener.name.scram.sasl.enabled.mechanisms=SCRAM-SHA-256",
            "listener.name.scram.scram-sha-256.sasl.jaas.config=org.apache.kafka.common.security.scram.ScramLoginModule required;",
            "listener.name.scram.scram-sha-256.connections.max.reauth.ms=2000",
            "listener.name.tokens.sasl.enabled.mechanisms=OAUTHBEARER",
            "listener.name.tokens.oauthbearer.sasl.jaas.config=org.apache.kafka.common.security.oauthbearer.OAuthBearerLoginModule required unsecuredLoginStringClaim_sub=\"broker\";",
            "listener.name.tokens.ssl.keystore.type=PEM", "listener.name.tokens.ssl.keystore.location=" + keys, "listener.name.tokens.ssl.client.auth=none",
        ];
        return (await KitServer.StartAsync("kafka", [.. properties.SelectMany(p => (string[])["--override", p])]), scramPort, tokenPort, ca);
    }

    static (string Keys, string Ca) Keys()
    {
        var folder = Directory.CreateTempSubdirectory("aw-kafka-tls").FullName;
        using var key = RSA.Create(2048);
        var request = new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName("localhost");
        request.CertificateExtensions.Add(names.Build());
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        using var certificate = request.CreateSelfSigned(DateTimeOffset.UnixEpoch.AddYears(50), DateTimeOffset.UnixEpoch.AddYears(130));
        var (keys, ca) = (Path.Combine(folder, "broker.pem"), Path.Combine(folder, "ca.pem"));
        File.WriteAllText(keys, key.ExportPkcs8PrivateKeyPem() + "\n" + certificate.ExportCertificatePem() + "\n");
        File.WriteAllText(ca, certificate.ExportCertificatePem() + "\n");
        return (keys, ca);
    }
}
