using System.Globalization;
using AuditWatch.Testing;
using Xunit;

[assembly: AssemblyFixture(typeof(AuditWatch.Ingest.Tests.Sources.SharedServers))]

namespace AuditWatch.Ingest.Tests.Sources;

/// <summary>Each server once per test run, when the first test asks for it.</summary>
public sealed class SharedServers : IAsyncDisposable
{
    readonly Lazy<Task<(KitServer Broker, int ScramPort)>> _kafka = new(StartKafkaAsync);
    readonly Lazy<Task<KitServer>> _hubs = new(() => KitServer.StartAsync("eventhubs"));

    public async Task<string> KafkaAsync() => (await _kafka.Value).Broker.Says["bootstrap"];

    /// <summary>Where the same broker wants a login, and asks for it again every two seconds.</summary>
    public async Task<string> KafkaWithLoginAsync() => "127.0.0.1:" + (await _kafka.Value).ScramPort.ToString(CultureInfo.InvariantCulture);

    public Task<KitServer> HubsAsync() => _hubs.Value;

    public async ValueTask DisposeAsync()
    {
        if (_kafka.IsValueCreated) await (await _kafka.Value).Broker.DisposeAsync();
        if (_hubs.IsValueCreated) await (await _hubs.Value).DisposeAsync();
    }

    static async Task<(KitServer Broker, int ScramPort)> StartKafkaAsync()
    {
        var scram = string.Create(CultureInfo.InvariantCulture, $"SCRAM://127.0.0.1:{KitServer.FreePort()}");
        string[] properties =
        [
            "group.min.session.timeout.ms=1000", "sasl.enabled.mechanisms=SCRAM-SHA-256", "listener.security.protocol.map=CLIENT:PLAINTEXT,CONTROLLER:PLAINTEXT,SCRAM:SASL_PLAINTEXT",
            "listeners=CLIENT://127.0.0.1:{port},CONTROLLER://127.0.0.1:{controller}," + scram, "advertised.listeners=CLIENT://127.0.0.1:{port}," + scram,
            "listener.name.scram.scram-sha-256.sasl.jaas.config=org.apache.kafka.common.security.scram.ScramLoginModule required;",
            "listener.name.scram.scram-sha-256.connections.max.reauth.ms=2000",
        ];
        var broker = await KitServer.StartAsync("kafka", [.. properties.SelectMany(p => (string[])["--override", p])]);
        return (broker, int.Parse(scram.Split(':')[2], CultureInfo.InvariantCulture));
    }
}
