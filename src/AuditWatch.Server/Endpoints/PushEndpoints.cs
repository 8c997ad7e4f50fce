using System.Text.Json;
using AuditWatch.Ingest.Pipeline;
using AuditWatch.Ingest.Sources.Falco;
using AuditWatch.Server.Access;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace AuditWatch.Server.Endpoints;

/// <summary>
/// Other senders than the API server: Falco, Amazon Data Firehose (CloudWatch logs of EKS), Google Pub/Sub push (logs of GKE). Each under its own path, since each
/// wants its own credential and its own answer; what is in the body is told by content.
/// </summary>
static class PushEndpoints
{
    public static void Map(IEndpointRouteBuilder routes, PostEndpoint posts, FalcoReceiver falco, WebhookReceiver firehose, WebhookReceiver pubsub, TimeProvider clock)
    {
        routes.MapPost("/ingest/v1/falco/{cluster}", (string cluster, HttpContext context) => posts.AnswerAsync(context, cluster, null,
            () => falco.ReceiveAsync(cluster, context.Request.Body, context.Request.ContentLength, context.RequestAborted), PostEndpoint.Empty, PostEndpoint.Problem)).WithMetadata(AccessPolicy.Ingest).ExcludeFromDescription();

        // Firehose sends its access key in a header of its own, and takes a delivery for failed unless the answer repeats the request's id.
        routes.MapPost("/ingest/v1/firehose/{cluster}", (string cluster, HttpContext context) => posts.AnswerAsync(context, cluster, Header(context, "X-Amz-Firehose-Access-Key"),
            () => firehose.ReceiveAsync(cluster, context.Request.Body, context.Request.ContentLength, context.RequestAborted),
            c => FirehoseAsync(c, 200, null, clock), (c, status, why) => FirehoseAsync(c, status, why, clock))).WithMetadata(AccessPolicy.Ingest).ExcludeFromDescription();

        // A push subscription can carry its credential only in the URL; the bearer token beside it is Google's own.
        routes.MapPost("/ingest/v1/pubsub/{cluster}", (string cluster, HttpContext context) => posts.AnswerAsync(context, cluster, context.Request.Query["token"].FirstOrDefault(),
            () => pubsub.ReceiveAsync(cluster, context.Request.Body, context.Request.ContentLength, context.RequestAborted), PostEndpoint.Empty, PostEndpoint.Problem)).WithMetadata(AccessPolicy.Ingest).ExcludeFromDescription();
    }

    static string? Header(HttpContext context, string name) => context.Request.Headers.TryGetValue(name, out var values) ? values.FirstOrDefault() : null;

    static async Task FirehoseAsync(HttpContext context, int status, string? why, TimeProvider clock)
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = "application/json";
        using var body = new MemoryStream();
        using (var json = new Utf8JsonWriter(body))
        {
            json.WriteStartObject();
            json.WriteString("requestId", Header(context, "X-Amz-Firehose-Request-Id") ?? "");
            json.WriteNumber("timestamp", clock.GetUtcNow().ToUnixTimeMilliseconds());
            if (why is not null) json.WriteString("errorMessage", why);
            json.WriteEndObject();
        }

        context.Response.ContentLength = body.Length;
        await context.Response.Body.WriteAsync(body.GetBuffer().AsMemory(0, (int)body.Length), context.RequestAborted);
    }
}
