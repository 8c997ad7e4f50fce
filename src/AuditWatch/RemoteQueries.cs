using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Runtime.InteropServices;
using System.Text.Json;
using AuditWatch.Server.Queries;

namespace AuditWatch.Cli;

/// <summary>Asks a running server over its HTTP API.</summary>
internal sealed class RemoteQueries : IQueries
{
    const int MostWaits = 20;

    readonly HttpClient _http;

    public RemoteQueries(string server, string? token)
    {
        if (!Uri.TryCreate(server, UriKind.Absolute, out var url) || url.Scheme is not ("http" or "https"))
            throw new CommandFault(ExitCode.Usage, $"--server takes a URL such as http://127.0.0.1:9443, not '{server}'.");
        _http = new HttpClient { BaseAddress = new Uri(url.GetLeftPart(UriPartial.Authority)), Timeout = TimeSpan.FromMinutes(5) };
        if (token is not null) _http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
    }

    public Task<RowPage> ListAsync(string collection, IReadOnlyDictionary<string, string> filters, CancellationToken stop)
    {
        return PageAsync(new HttpRequestMessage(HttpMethod.Get, $"/api/v1/{collection}{QueryOf(filters)}"), stop);
    }

    public async Task<ReadOnlyMemory<byte>?> ShowAsync(string collection, string id, CancellationToken stop)
    {
        using var response = await SendAsync(new HttpRequestMessage(HttpMethod.Get, $"/api/v1/{collection}/{Uri.EscapeDataString(id)}"), stop, allowMissing: true);
        return response.StatusCode == HttpStatusCode.NotFound ? (ReadOnlyMemory<byte>?)null : await response.Content.ReadAsByteArrayAsync(stop);   // a bare null would be empty memory
    }

    public Task<RowPage> SqlAsync(string statement, long limit, CancellationToken stop) => PageAsync(Post("/api/v1/sql", new { statement, limit }), stop);

    public Task<ReadOnlyMemory<byte>> AddClusterAsync(NewCluster cluster, CancellationToken stop) =>
        BytesAsync(Post("/api/v1/clusters", new { name = cluster.Name, client_cn = cluster.ClientCn, url = cluster.Url, ca_pem = cluster.CaPem }), stop);

    public Task<ReadOnlyMemory<byte>> ReplayQuarantineAsync(string? id, CancellationToken stop) =>
        BytesAsync(Post("/api/v1/quarantine/replay", new { id }), stop);

    public Task<ReadOnlyMemory<byte>> ResetSourceAsync(string name, CancellationToken stop) =>
        BytesAsync(Post($"/api/v1/sources/{Uri.EscapeDataString(name)}/reset", new { }), stop);

    public Task<ReadOnlyMemory<byte>> ReplayDeadLettersAsync(string? id, CancellationToken stop) =>
        BytesAsync(Post("/api/v1/deadletters/replay", new { id }), stop);

    public async Task<ActAnswer> ActAsync(Act act, CancellationToken stop)
    {
        var path = act.Route.Path.Replace("{id}", Uri.EscapeDataString(act.Id ?? ""), StringComparison.Ordinal);
        var request = new HttpRequestMessage(new HttpMethod(act.Route.Method), $"/api/v1/{path}{QueryOf(act.Filters)}");
        if (act.Route.Body is not null) request.Content = new ByteArrayContent(act.Body.IsEmpty ? "{}"u8.ToArray() : act.Body.ToArray()) { Headers = { ContentType = new("application/json") } };
        if ((act.IfState ?? act.IfVersion?.ToString(CultureInfo.InvariantCulture)) is { } version) request.Headers.IfMatch.Add(new EntityTagHeaderValue($"\"{version}\""));
        using var response = await SendAsync(request, stop);
        return new ActAnswer(await response.Content.ReadAsByteArrayAsync(stop));
    }

    public ValueTask DisposeAsync()
    {
        _http.Dispose();
        return ValueTask.CompletedTask;
    }

    static string QueryOf(IReadOnlyDictionary<string, string> filters) =>
        filters.Count == 0 ? "" : "?" + string.Join('&', filters.Select(f => $"{Uri.EscapeDataString(f.Key)}={Uri.EscapeDataString(f.Value)}"));

    static HttpRequestMessage Post<T>(string path, T body) => new(HttpMethod.Post, path)
    {
        Content = new ByteArrayContent(JsonSerializer.SerializeToUtf8Bytes(body)) { Headers = { ContentType = new("application/json") } },
    };

    async Task<RowPage> PageAsync(HttpRequestMessage request, CancellationToken stop)
    {
        using var answer = JsonDocument.Parse(await BytesAsync(request, stop));
        var rows = answer.RootElement.GetProperty("items").EnumerateArray().Select(r => (ReadOnlyMemory<byte>)JsonMarshal.GetRawUtf8Value(r).ToArray()).ToList();
        return new RowPage(rows, answer.RootElement.TryGetProperty("next", out var next) ? next.GetString() : null);
    }

    async Task<ReadOnlyMemory<byte>> BytesAsync(HttpRequestMessage request, CancellationToken stop)
    {
        using var response = await SendAsync(request, stop);
        return await response.Content.ReadAsByteArrayAsync(stop);
    }

    async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken stop, bool allowMissing = false)
    {
        HttpResponseMessage response;
        for (var tries = 0; ; tries++)
        {
            try
            {
                response = await _http.SendAsync(request, stop);
            }
            catch (HttpRequestException fault)
            {
                throw new CommandFault(ExitCode.OutOfReach, $"{_http.BaseAddress} does not answer: {fault.Message}");
            }
            // A long list asks for many pages; where the server says how long to wait, it is waited.
            if (response.StatusCode != HttpStatusCode.TooManyRequests || tries == MostWaits || response.Headers.RetryAfter?.Delta is not { TotalSeconds: <= 60 } pause) break;
            response.Dispose();
            await Task.Delay(pause, stop);
            request = await AgainAsync(request, stop);
        }
        if (response.IsSuccessStatusCode || (allowMissing && response.StatusCode == HttpStatusCode.NotFound)) return response;
        var detail = await DetailAsync(response, stop);
        var code = (int)response.StatusCode is 400 or 401 or 403 or 404 or 409 or 412 ? ExitCode.Usage : ExitCode.OutOfReach;
        response.Dispose();
        throw new CommandFault(code, $"{_http.BaseAddress} refused: {detail}");
    }

    // A request can be sent only once.
    static async Task<HttpRequestMessage> AgainAsync(HttpRequestMessage sent, CancellationToken stop)
    {
        var again = new HttpRequestMessage(sent.Method, sent.RequestUri);
        foreach (var header in sent.Headers) again.Headers.TryAddWithoutValidation(header.Key, header.Value);
        if (sent.Content is null) return again;
        again.Content = new ByteArrayContent(await sent.Content.ReadAsByteArrayAsync(stop));
        again.Content.Headers.ContentType = sent.Content.Headers.ContentType;
        return again;
    }

    static async Task<string> DetailAsync(HttpResponseMessage response, CancellationToken stop)
    {
        try
        {
            using var problem = JsonDocument.Parse(await response.Content.ReadAsByteArrayAsync(stop));
            if (problem.RootElement.TryGetProperty("detail", out var detail) && detail.GetString() is { } text) return text;
        }
        catch (JsonException)
        {
            // No problem document: the status line says what there is to say.
        }
        return $"{(int)response.StatusCode} {response.ReasonPhrase}";
    }
}
