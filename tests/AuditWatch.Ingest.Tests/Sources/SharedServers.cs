using AuditWatch.Testing;
using Xunit;

[assembly: AssemblyFixture(typeof(AuditWatch.Ingest.Tests.Sources.SharedServers))]

namespace AuditWatch.Ingest.Tests.Sources;

/// <summary>Each server once per test run, when the first test asks for it.</summary>
public sealed class SharedServers : IAsyncDisposable
{
    readonly Lazy<Task<KitServer>> _kafka = new(() => KitServer.StartAsync("kafka", "--override", "group.min.session.timeout.ms=1000"));
    readonly Lazy<Task<KitServer>> _hubs = new(() => KitServer.StartAsync("eventhubs"));

    public async Task<string> KafkaAsync() => (await _kafka.Value).Says["bootstrap"];

    public Task<KitServer> HubsAsync() => _hubs.Value;

    public async ValueTask DisposeAsync()
    {
        if (_kafka.IsValueCreated) await (await _kafka.Value).DisposeAsync();
        if (_hubs.IsValueCreated) await (await _hubs.Value).DisposeAsync();
    }
}
