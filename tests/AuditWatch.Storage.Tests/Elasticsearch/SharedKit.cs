using AuditWatch.Storage.Elasticsearch;
using AuditWatch.Testing;

[assembly: AssemblyFixture(typeof(AuditWatch.Storage.Tests.Elasticsearch.SharedKit))]

namespace AuditWatch.Storage.Tests.Elasticsearch;

/// <summary>One Elasticsearch for all tests that do not break it, started by the first that asks; every class has a namespace of its own.</summary>
public class SharedKit : IAsyncDisposable
{
    readonly Lazy<Task<ElasticsearchServer>> _server = new(() => ElasticsearchServer.StartAsync());
    readonly Lazy<Task<RecordedStream>> _recorded;

    public SharedKit() => _recorded = new(async () => await RecordedStream.OfAsync(await ServerAsync()));

    public Task<ElasticsearchServer> ServerAsync()
    {
        Assert.SkipWhen(Kit.Folder is null, Kit.Missing);
        return _server.Value;
    }

    public Task<RecordedStream> RecordedAsync()
    {
        Assert.SkipWhen(Kit.Recordings is null, Kit.Missing);
        return _recorded.Value;
    }

    public async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        if (_server.IsValueCreated) await (await _server.Value).DisposeAsync();
    }
}

internal static class Connections
{
    public static ElasticsearchConnection Connect(this ElasticsearchServer server, string dataStreamNamespace) => new(new ElasticsearchPlace(server.Url, dataStreamNamespace));
}
