using System.Net.Http.Json;
using System.Text;
using System.Text.Json;

namespace AuditWatch.Testing;

/// <summary>A real Elasticsearch (or OpenSearch) of the kit, and plain requests to it.</summary>
public sealed class ElasticsearchServer : IAsyncDisposable
{
    readonly KitServer _server;

    ElasticsearchServer(KitServer server) => _server = server;

    /// <summary>Where it listens; the same after a kill and a new start.</summary>
    public string Url => $"http://127.0.0.1:{_server.Port}";

    /// <summary>A client for whatever a test asks.</summary>
    public HttpClient Http { get; } = new() { Timeout = TimeSpan.FromSeconds(60) };

    /// <summary>Starts one on a folder of its own.</summary>
    public static async Task<ElasticsearchServer> StartAsync(string kind = "elasticsearch", params string[] options) =>
        new(await KitServer.StartAsync(kind, ["--heap", "384m", .. options]));

    /// <summary>SIGKILL; gone when this returns.</summary>
    public Task KillAsync() => _server.KillAsync();

    /// <summary>Starts it again with what it had.</summary>
    public Task StartAgainAsync() => _server.StartAsync();

    /// <summary>What a GET answers.</summary>
    public async Task<JsonElement> GetAsync(string path) => await Http.GetFromJsonAsync<JsonElement>(Url + path);

    /// <summary>What a request answers, whatever its status.</summary>
    public async Task<JsonElement> SendAsync(HttpMethod method, string path, string? body = null)
    {
        using var request = new HttpRequestMessage(method, Url + path) { Content = body is null ? null : new StringContent(body, Encoding.UTF8, "application/json") };
        using var response = await Http.SendAsync(request);
        return await response.Content.ReadFromJsonAsync<JsonElement>();
    }

    /// <summary>How many documents a stream or index holds, after a refresh.</summary>
    public async Task<long> CountAsync(string stream)
    {
        await SendAsync(HttpMethod.Post, $"/{stream}/_refresh");
        return (await GetAsync($"/{stream}/_count")).GetProperty("count").GetInt64();
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        await _server.DisposeAsync();
    }
}
