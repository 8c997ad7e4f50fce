using System.Collections.Concurrent;
using System.Globalization;
using AuditWatch.Ingest.Pipeline;
using AuditWatch.Server.Access;
using AuditWatch.Server.Configuration;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Logging;

namespace AuditWatch.Server.Endpoints;

/// <summary>
/// <c>POST /ingest/v1/clusters/{cluster}</c>: the API server's audit webhook. 200 with an empty body once everything is durable; 429 or 503 with Retry-After when
/// it is not; never a redirect and never a 4xx for content, which would cost the API server the whole batch.
/// </summary>
static partial class WebhookEndpoint
{
    public static void Map(IEndpointRouteBuilder routes, ClusterAccess access, WebhookReceiver receiver, RefusalLog refusals, ILogger log)
    {
        var warned = new ConcurrentDictionary<string, bool>();
        routes.MapPost("/ingest/v1/clusters/{cluster}", async (string cluster, HttpContext context) =>
        {
            if (!ClusterName.IsValid(cluster))
            {
                await RefuseAsync(context, 404, $"The cluster's name {ClusterName.Rule}");
                return;
            }
            var (status, why) = await access.CheckAsync(context, cluster);
            if (status != 0)
            {
                refusals.Refused(cluster, PeerOf(context), status, why);
                await RefuseAsync(context, status, why);
                return;
            }
            if (access.IsOpen && warned.TryAdd(cluster, true)) Open(log, cluster);
            var result = await receiver.ReceiveAsync(cluster, context.Request.Body, context.Request.ContentLength, context.RequestAborted, PeerOf(context));
            switch (result.Outcome)
            {
                case WebhookOutcome.Accepted:
                    context.Response.StatusCode = 200;
                    context.Response.ContentLength = 0;
                    break;
                case WebhookOutcome.Incomplete:
                    refusals.Refused(cluster, PeerOf(context), 0, result.Problem);
                    context.Abort();
                    break;
                default:
                    var busy = result.Outcome == WebhookOutcome.Busy ? 429 : 503;
                    refusals.Refused(cluster, PeerOf(context), busy, result.Problem);
                    context.Response.Headers.RetryAfter = Math.Max(1, (int)Math.Ceiling(result.RetryAfter.TotalSeconds)).ToString(CultureInfo.InvariantCulture);
                    await RefuseAsync(context, busy, result.Problem);
                    break;
            }
        }).WithMetadata(AccessPolicy.Ingest).ExcludeFromDescription();
    }

    static Task RefuseAsync(HttpContext context, int status, string why) => Results.Problem(why, statusCode: status).ExecuteAsync(context);

    static string PeerOf(HttpContext context) => context.Connection.RemoteIpAddress is not { } address ? "" : (address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address).ToString();

    [LoggerMessage(3502, LogLevel.Warning, "Accepting posts for cluster {Cluster} without a credential, because no cluster has one yet. Run 'auditwatch clusters add NAME'.")]
    static partial void Open(ILogger log, string cluster);
}
