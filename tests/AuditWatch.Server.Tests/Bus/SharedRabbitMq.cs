using AuditWatch.Testing;
using Xunit;

[assembly: AssemblyFixture(typeof(AuditWatch.Server.Tests.Bus.SharedRabbitMq))]

namespace AuditWatch.Server.Tests.Bus;

/// <summary>One RabbitMQ for all tests, started by the first that asks; every test has a virtual host of its own. Those who use it belong to one collection: some kill it.</summary>
public sealed class SharedRabbitMq : IAsyncDisposable
{
    public const string Once = "once", Early = "early", Killed = "killed", Twice = "twice", Alarm = "alarm", Silent = "silent", Parked = "parked";
    readonly Lazy<Task<RabbitMqServer>> _server = new(() => RabbitMqServer.StartAsync(Once, Early, Killed, Twice, Alarm, Silent, Parked));

    public async Task<RabbitMqServer> ServerAsync()
    {
        Assert.SkipUnless(RabbitMqServer.IsHere, RabbitMqServer.Missing);
        return await _server.Value;
    }

    public async ValueTask DisposeAsync()
    {
        if (_server.IsValueCreated) await (await _server.Value).DisposeAsync();
    }
}
