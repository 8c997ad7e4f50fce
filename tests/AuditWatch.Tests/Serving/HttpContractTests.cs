using System.IO.Compression;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using AuditWatch.Tests.Running;
using Xunit;

namespace AuditWatch.Tests.Serving;

/// <summary>What the ingest path and the API answer to the unexpected.</summary>
public sealed class HttpContractTests(SharedServer shared) : IAsyncLifetime
{
    ServerProcess _server = null!;

    public async ValueTask InitializeAsync() => _server = await shared.Started;

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    static IEnumerable<(string What, byte[] Body)> Bodies()
    {
        yield return ("nothing", []);
        yield return ("null", "null"u8.ToArray());
        yield return ("an empty list", """{"kind":"EventList","apiVersion":"audit.k8s.io/v1","items":[]}"""u8.ToArray());
        yield return ("a list without items", """{"kind":"EventList","apiVersion":"audit.k8s.io/v1","items":null}"""u8.ToArray());
        yield return ("items that are none", """{"kind":"EventList","apiVersion":"audit.k8s.io/v1","items":[1,null,"x",[],{}]}"""u8.ToArray());
        yield return ("invalid UTF-8", [(byte)'{', (byte)'"', 0xFF, 0xFE, (byte)'"', (byte)':', (byte)'1', (byte)'}']);
        yield return ("brackets", Encoding.UTF8.GetBytes(new string('[', 1 << 20)));
        yield return ("a torn event", AuditLine.Utf8(AuditLine.Of("torn"))[..150]);
        yield return ("zeros", new byte[100_000]);
        yield return ("noise", [.. Enumerable.Range(0, 50_000).Select(i => (byte)(i * 7919 >> 3))]);
        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.Fastest)) gzip.Write(AuditLine.Utf8(AuditLine.Of("packed")));
        yield return ("gzip", packed.ToArray());
    }

    [Fact]
    public async Task Whatever_a_body_holds_the_answer_is_an_empty_200()
    {
        foreach (var (what, body) in Bodies())
        {
            using var answer = await _server.PostAsync("bodies", body);
            Assert.True(answer.StatusCode == HttpStatusCode.OK, $"{what}: {answer.StatusCode}");
            Assert.Empty(await answer.Content.ReadAsByteArrayAsync(TestContext.Current.CancellationToken));
        }
        await _server.SettleAsync();
        Assert.NotEmpty(await _server.ListAsync("quarantine", "limit=0&cluster=bodies"));
    }

    [Theory]
    [InlineData("GET", "/ingest/v1/clusters/prod", 405)]
    [InlineData("HEAD", "/ingest/v1/clusters/prod", 405)]
    [InlineData("PUT", "/ingest/v1/clusters/prod", 405)]
    [InlineData("POST", "/ingest/v1/clusters/prod/", 200)]
    [InlineData("POST", "/ingest/v1/clusters/prod?timeout=30s", 200)]
    [InlineData("POST", "/ingest/v1/clusters/a%2Fb", 404)]
    [InlineData("POST", "/ingest/v1/clusters/-x", 404)]
    [InlineData("POST", "/ingest/v1/clusters", 404)]
    [InlineData("GET", "/", 404)]
    [InlineData("GET", "/api/v1/nothing", 404)]
    public async Task No_path_and_no_method_is_answered_by_a_redirect(string method, string path, int status)
    {
        using var handler = new SocketsHttpHandler { AllowAutoRedirect = false };
        using var http = new HttpClient(handler);
        using var request = new HttpRequestMessage(new HttpMethod(method), _server.Url + path);
        if (method is "POST" or "PUT") request.Content = new ByteArrayContent(AuditLine.Utf8(AuditLine.Of("one")));
        using var answer = await http.SendAsync(request, TestContext.Current.CancellationToken);
        Assert.Equal(status, (int)answer.StatusCode);
        if (status >= 400 && method != "HEAD") Assert.Equal("application/problem+json", answer.Content.Headers.ContentType?.MediaType);
    }

    [Fact]
    public async Task Of_an_upload_that_breaks_off_nothing_is_taken_and_a_slow_one_is()
    {
        var body = Recorded.Body(AuditLine.History(200).Select(Encoding.UTF8.GetBytes));
        foreach (var framing in new[] { $"Content-Length: {body.Length + 1000}\r\n\r\n", "Transfer-Encoding: chunked\r\n\r\n100000\r\n" })
        {
            using var broken = await ConnectAsync(framing);
            await broken.GetStream().WriteAsync(body, TestContext.Current.CancellationToken);
            broken.Client.Close(0);
        }
        using var slow = await ConnectAsync($"Content-Length: {body.Length}\r\n\r\n");
        foreach (var piece in body.Chunk(body.Length / 6))
        {
            await slow.GetStream().WriteAsync(piece, TestContext.Current.CancellationToken);
            await Task.Delay(200, TestContext.Current.CancellationToken); // this client is slow; nothing depends on how much
        }
        using var answer = new StreamReader(slow.GetStream());
        Assert.Equal("HTTP/1.1 200 OK", await answer.ReadLineAsync(TestContext.Current.CancellationToken));
        await _server.SettleAsync();
        Assert.Equal(200, (await _server.ListAsync("events", "limit=0&cluster=slow")).Count);
        Assert.Empty(await _server.ListAsync("quarantine", "limit=0&cluster=slow"));
    }

    async Task<TcpClient> ConnectAsync(string framing)
    {
        var client = new TcpClient();
        var url = new Uri(_server.Url);
        await client.ConnectAsync(url.Host, url.Port, TestContext.Current.CancellationToken);
        await client.GetStream().WriteAsync(Encoding.ASCII.GetBytes($"POST /ingest/v1/clusters/slow HTTP/1.1\r\nHost: {url.Authority}\r\n{framing}"), TestContext.Current.CancellationToken);
        return client;
    }

    [Theory]
    [InlineData("/api/v1/alerts?limit=x")]
    [InlineData("/api/v1/alerts?limit=-1")]
    [InlineData("/api/v1/alerts?cursor=x")]
    [InlineData("/api/v1/alerts?min_level=severe")]
    [InlineData("/api/v1/events?cursor=x")]
    [InlineData("/api/v1/events?since=yesterday")]
    [InlineData("/api/v1/quarantine?cursor=x")]
    [InlineData("/api/v1/timeline")]
    [InlineData("/api/v1/sql {\"statement\":")]
    [InlineData("/api/v1/sql {}")]
    [InlineData("/api/v1/sql {\"statement\":\"select 1\",\"limit\":-1}")]
    [InlineData("/api/v1/clusters {}")]
    [InlineData("/api/v1/clusters {\"name\":\"a/b\"}")]
    [InlineData("/api/v1/quarantine/replay {\"id\":\"zz\"}")]
    public async Task A_question_that_cannot_be_understood_is_a_400_with_problem_details(string question)
    {
        var parts = question.Split(' ', 2);
        using var answer = parts.Length == 1
            ? await _server.Http.GetAsync(parts[0], TestContext.Current.CancellationToken)
            : await _server.Http.PostAsync(parts[0], new StringContent(parts[1], Encoding.UTF8, "application/json"), TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        Assert.Equal("application/problem+json", answer.Content.Headers.ContentType?.MediaType);
        using var problem = JsonDocument.Parse(await answer.Content.ReadAsByteArrayAsync(TestContext.Current.CancellationToken));
        Assert.Equal(400, problem.RootElement.GetProperty("status").GetInt32());
    }
}
