using Xunit;
using System.Collections.Concurrent;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace AuditWatch.Server.Tests.Notifications;

/// <summary>A real HTTP server that keeps what it is posted and answers as a test tells it to.</summary>
sealed class HttpReceiver : IAsyncDisposable
{
    readonly WebApplication _app;

    HttpReceiver(WebApplication app) => _app = app;

    public ConcurrentQueue<(IReadOnlyDictionary<string, string> Headers, string Body)> Posts { get; } = new();

    public int Answer { get; set; } = 200;

    public string Url => _app.Urls.First() + "/hook";

    public static async Task<HttpReceiver> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var receiver = new HttpReceiver(builder.Build());
        receiver._app.MapPost("/hook", receiver.TakeAsync);
        await receiver._app.StartAsync();
        return receiver;
    }

    async Task TakeAsync(HttpContext context)
    {
        using var reader = new StreamReader(context.Request.Body);
        Posts.Enqueue((context.Request.Headers.ToDictionary(h => h.Key, h => h.Value.ToString(), StringComparer.OrdinalIgnoreCase), await reader.ReadToEndAsync()));
        context.Response.StatusCode = Answer;
        await context.Response.WriteAsync("said the receiver");
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();
}
