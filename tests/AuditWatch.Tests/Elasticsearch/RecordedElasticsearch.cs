using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace AuditWatch.Tests.Elasticsearch;

/// <summary>Gives every request one answer and records it.</summary>
internal sealed class RecordedElasticsearch : IAsyncDisposable
{
    readonly WebApplication _app;
    readonly List<(string Line, string Body)> _requests = [];

    RecordedElasticsearch(WebApplication app) => _app = app;

    public string Url => _app.Urls.Single();

    public IReadOnlyList<(string Line, string Body)> Requests
    {
        get
        {
            lock (_requests) return [.. _requests];
        }
    }

    public static async Task<RecordedElasticsearch> StartAsync(int status, string answer)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var app = builder.Build();
        var server = new RecordedElasticsearch(app);
        app.Run(async context =>
        {
            using var body = new StreamReader(context.Request.Body, Encoding.UTF8);
            var text = await body.ReadToEndAsync();
            lock (server._requests) server._requests.Add(($"{context.Request.Method} {context.Request.Path}{context.Request.QueryString}", text));
            context.Response.StatusCode = status;
            context.Response.ContentType = "application/json";
            context.Response.Headers["X-elastic-product"] = "Elasticsearch";
            await context.Response.WriteAsync(answer);
        });
        await app.StartAsync();
        return server;
    }

    public async ValueTask DisposeAsync() => await _app.DisposeAsync();
}
