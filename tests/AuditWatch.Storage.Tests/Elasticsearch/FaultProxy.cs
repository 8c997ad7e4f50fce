using System.Net;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Logging;

namespace AuditWatch.Storage.Tests.Elasticsearch;

/// <summary>Stands between a client and a real Elasticsearch, and does to requests what networks, load balancers and busy servers do.</summary>
internal sealed class FaultProxy : IAsyncDisposable
{
    readonly WebApplication _app;
    readonly HttpClient _http = new() { Timeout = TimeSpan.FromSeconds(60) };
    readonly string _target;
    readonly Lock _gate = new();
    readonly Dictionary<Fault, int> _done = [];

    FaultProxy(WebApplication app, string target) => (_app, _target) = (app, target);

    public enum Fault
    {
        None,
        CutBefore,
        CutAfter,
        HalfAnswer,
        Garbage,
        Html,
        TooMany,
        Unavailable,
        Slow,
    }

    public string Url => _app.Urls.Single();

    /// <summary>What is done to the next bulk request.</summary>
    public Func<Fault> Next { get; set; } = () => Fault.None;

    /// <summary>Done between a bulk request that arrived and its answer, which is lost.</summary>
    public Func<Task> AfterCut { get; set; } = () => Task.CompletedTask;

    /// <summary>The header that requests need; others are answered 401.</summary>
    public string? Authorization { get; set; }

    /// <summary>Bulk requests are answered 403.</summary>
    public bool IsForbidden { get; set; }

    /// <summary>Larger bodies are answered 413.</summary>
    public long MostBytes { get; set; } = long.MaxValue;

    public int Times(Fault fault)
    {
        lock (_gate) return _done.GetValueOrDefault(fault);
    }

    public static async Task<FaultProxy> StartAsync(string target, X509Certificate2? certificate = null)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0, listen =>
        {
            if (certificate is not null) listen.UseHttps(certificate);
        }));
        builder.WebHost.UseKestrelHttpsConfiguration();
        var app = builder.Build();
        var proxy = new FaultProxy(app, target);
        app.Run(proxy.PassAsync);
        await app.StartAsync();
        return proxy;
    }

    async Task PassAsync(HttpContext context)
    {
        context.Features.Get<IHttpMaxRequestBodySizeFeature>()!.MaxRequestBodySize = null;
        using var body = new MemoryStream();
        await context.Request.Body.CopyToAsync(body);
        if (Authorization is not null && context.Request.Headers.Authorization != Authorization)
        {
            await AnswerAsync(context, 401, """{"error":{"type":"security_exception","reason":"unable to authenticate with provided credentials"},"status":401}""");
            return;
        }
        var isBulk = context.Request.Path == "/_bulk";
        if (isBulk && IsForbidden)
        {
            await AnswerAsync(context, 403, """{"error":{"type":"security_exception","reason":"action [indices:data/write/bulk] is unauthorized"},"status":403}""");
            return;
        }
        if (body.Length > MostBytes)
        {
            await AnswerAsync(context, 413, "<html><body>Request Entity Too Large</body></html>", "text/html");
            return;
        }
        var fault = isBulk ? Next() : Fault.None;
        lock (_gate) _done[fault] = _done.GetValueOrDefault(fault) + 1;
        switch (fault)
        {
            case Fault.CutBefore:
                context.Abort();
                return;
            case Fault.TooMany:
                await AnswerAsync(context, 429, """{"error":{"type":"es_rejected_execution_exception","reason":"rejected execution of coordinating operation"},"status":429}""");
                return;
            case Fault.Unavailable:
                await AnswerAsync(context, 503, "<html>no healthy upstream</html>", "text/html");
                return;
            case Fault.Html:
                await AnswerAsync(context, 200, "<html>log in</html>", "text/html");
                return;
        }
        var (status, answer, type) = await ForwardAsync(context, body.ToArray());
        switch (fault)
        {
            case Fault.CutAfter:
                await AfterCut();
                context.Abort();
                return;
            case Fault.HalfAnswer:
                context.Response.ContentLength = answer.Length;
                context.Response.ContentType = type;
                await context.Response.Body.WriteAsync(answer.AsMemory(0, answer.Length / 2));
                await context.Response.Body.FlushAsync();
                context.Abort();
                return;
            case Fault.Garbage:
                await AnswerAsync(context, 200, """{"errors":false,"items":[{"create":""");
                return;
            case Fault.Slow:
                await Task.Delay(300);
                break;
        }
        context.Response.StatusCode = status;
        context.Response.ContentType = type;
        context.Response.Headers["X-elastic-product"] = "Elasticsearch";
        await context.Response.Body.WriteAsync(answer);
    }

    async Task<(int Status, byte[] Body, string Type)> ForwardAsync(HttpContext context, byte[] body)
    {
        using var request = new HttpRequestMessage(new HttpMethod(context.Request.Method), _target + context.Request.Path + context.Request.QueryString);
        if (body.Length > 0 || context.Request.Method is "POST" or "PUT")
        {
            request.Content = new ByteArrayContent(body);
            foreach (var name in new[] { "Content-Type", "Content-Encoding" })
                if (context.Request.Headers[name] is { Count: > 0 } value) request.Content.Headers.TryAddWithoutValidation(name, value.ToArray());
        }
        using var response = await _http.SendAsync(request);
        return ((int)response.StatusCode, await response.Content.ReadAsByteArrayAsync(), response.Content.Headers.ContentType?.ToString() ?? "application/json");
    }

    static Task AnswerAsync(HttpContext context, int status, string body, string type = "application/json")
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = type;
        return context.Response.WriteAsync(body);
    }

    public async ValueTask DisposeAsync()
    {
        await _app.DisposeAsync();
        _http.Dispose();
    }
}
