using System.Diagnostics;
using System.Net.Http.Json;
using System.Text.Json;
using AuditWatch.Storage.Elasticsearch;
using AuditWatch.Testing;

namespace AuditWatch.Storage.Tests.Elasticsearch;

/// <summary>A real Elasticsearch of the kit on a folder of its own; it can be killed and started again with its data.</summary>
public sealed class KitServer : IAsyncDisposable
{
    readonly string _folder = Directory.CreateTempSubdirectory("auditwatch-es-").FullName;
    string _pid = "";

    public string Url { get; private set; } = "";

    public HttpClient Http { get; } = new() { Timeout = TimeSpan.FromSeconds(60) };

    public static async Task<KitServer> StartAsync(params string[] more)
    {
        Assert.SkipWhen(Kit.Folder is null, Kit.Missing);
        var server = new KitServer();
        await server.StartAgainAsync(0, more);
        return server;
    }

    public async Task StartAgainAsync(int port, params string[] more)
    {
        var start = new ProcessStartInfo(Path.Combine(Kit.Folder!, "elasticsearch", "start")) { RedirectStandardOutput = true };
        string[] arguments = ["--port", port.ToString(System.Globalization.CultureInfo.InvariantCulture), "--data", _folder, "--heap", "384m", .. more];
        foreach (var argument in arguments) start.ArgumentList.Add(argument);
        using var process = Process.Start(start)!;
        // The server keeps the pipe open, so its end never comes: three lines are all there is.
        while (await process.StandardOutput.ReadLineAsync() is { } line)
        {
            if (line.StartsWith("url=", StringComparison.Ordinal)) Url = line[4..];
            if (!line.StartsWith("pid=", StringComparison.Ordinal)) continue;
            _pid = line[4..];
            break;
        }
        Assert.NotEqual("", Url);
    }

    public int Port => new Uri(Url).Port;

    /// <summary>SIGKILL, and gone when this returns.</summary>
    public async Task KillAsync()
    {
        using var process = Process.GetProcessById(int.Parse(_pid, System.Globalization.CultureInfo.InvariantCulture));
        process.Kill();
        await process.WaitForExitAsync();
    }

    public ElasticsearchConnection Connect(string dataStreamNamespace) => new(new ElasticsearchPlace(Url, dataStreamNamespace));

    public async Task<JsonElement> GetAsync(string path) => await Http.GetFromJsonAsync<JsonElement>(Url + path);

    public async Task<JsonElement> SendAsync(HttpMethod method, string path, string? body = null)
    {
        using var request = new HttpRequestMessage(method, Url + path) { Content = body is null ? null : new StringContent(body, System.Text.Encoding.UTF8, "application/json") };
        using var response = await Http.SendAsync(request);
        return await response.Content.ReadFromJsonAsync<JsonElement>();
    }

    /// <summary>How many documents a stream holds, after a refresh.</summary>
    public async Task<long> CountAsync(string stream)
    {
        await SendAsync(HttpMethod.Post, $"/{stream}/_refresh");
        return (await GetAsync($"/{stream}/_count")).GetProperty("count").GetInt64();
    }

    public async ValueTask DisposeAsync()
    {
        if (_pid.Length > 0) await KillAsync();
        Http.Dispose();
        Directory.Delete(_folder, recursive: true);
    }
}
