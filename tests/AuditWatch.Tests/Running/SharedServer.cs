using AuditWatch.Tests.Running;
using Xunit;

[assembly: AssemblyFixture(typeof(SharedServer))]

namespace AuditWatch.Tests.Running;

/// <summary>
/// One real server for every test that needs one and does nothing to it that others would feel: no kill, no stop, no credential. Each test posts as a cluster of its own
/// name and asks for that cluster alone. It is started by the first who needs it.
/// </summary>
public sealed class SharedServer : IAsyncDisposable
{
    readonly Lazy<Task<ServerProcess>> _started = new(StartAsync);

    internal Task<ServerProcess> Started => _started.Value;

    public async ValueTask DisposeAsync()
    {
        if (_started.IsValueCreated) await (await _started.Value).DisposeAsync();
    }

    static async Task<ServerProcess> StartAsync()
    {
        var server = new ServerProcess(Path.Combine(Directory.CreateTempSubdirectory("aw-shared").FullName, "data"));
        await server.StartAsync();
        return server;
    }
}
