using System.Globalization;
using System.Net;
using AuditWatch.Events.Redaction;
using AuditWatch.Ingest.Journal;
using AuditWatch.Ingest.Pipeline;
using AuditWatch.Ingest.Sources.Falco;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace AuditWatch.Benchmarks.EndToEnd.Ingest;

/// <summary>The product's receivers, pipeline and journal behind HTTP, and nothing else: what comes in, without what is made of it afterwards.</summary>
internal static class IngestReceiver
{
    /// <summary>Arguments: PORT FOLDER. Runs until killed.</summary>
    public static async Task<int> RunAsync(string[] arguments)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(k =>
        {
            k.Limits.MaxRequestBodySize = null;
            k.Listen(IPAddress.Loopback, int.Parse(arguments[0], CultureInfo.InvariantCulture));
        });
        await using var app = builder.Build();
        await using var journal = LocalJournal.Open(Path.Combine(arguments[1], "journal"), new LocalJournalOptions(), TimeProvider.System);
        var options = new IngestOptions();
        var pipeline = new IngestPipeline(journal, new Redactor(new byte[32], new RedactionOptions()), TimeProvider.System, options);
        using var webhook = new WebhookReceiver(pipeline, TimeProvider.System, options, () => false);
        using var falco = new FalcoReceiver(pipeline, () => false);
        app.MapPost("/webhook", (HttpContext context) => AnswerAsync(context, webhook.ReceiveAsync("load", context.Request.Body, context.Request.ContentLength, context.RequestAborted)));
        app.MapPost("/falco", (HttpContext context) => AnswerAsync(context, falco.ReceiveAsync("load", context.Request.Body, context.Request.ContentLength, context.RequestAborted)));
        await app.RunAsync();
        return 0;
    }

    static async Task AnswerAsync(HttpContext context, Task<WebhookResult> receiving) =>
        context.Response.StatusCode = (await receiving).Outcome switch { WebhookOutcome.Accepted => 200, WebhookOutcome.Busy => 429, _ => 503 };
}
