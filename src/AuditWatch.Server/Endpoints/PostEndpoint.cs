using System.Globalization;
using AuditWatch.Ingest.Pipeline;
using AuditWatch.Server.Access;
using AuditWatch.Server.Configuration;
using Microsoft.AspNetCore.Http;

namespace AuditWatch.Server.Endpoints;

/// <summary>What every endpoint that takes records in does alike: who may post, and how the outcome is answered. Each answers a success and a refusal in its sender's own words.</summary>
sealed class PostEndpoint(ClusterAccess access, RefusalLog refusals)
{
    public async Task AnswerAsync(
        HttpContext context, string cluster, string? token, Func<Task<WebhookResult>> receive, Func<HttpContext, Task> accept, Func<HttpContext, int, string, Task> refuse)
    {
        if (!ClusterName.IsValid(cluster))
        {
            await refuse(context, 404, $"The cluster's name {ClusterName.Rule}");
            return;
        }

        var peer = context.Connection.RemoteIpAddress?.ToString() ?? "";
        var (status, why) = await access.CheckAsync(context, cluster, token);
        if (status != 0)
        {
            refusals.Refused(cluster, peer, status, why);
            await refuse(context, status, why);
            return;
        }

        var result = await receive();
        switch (result.Outcome)
        {
            case WebhookOutcome.Accepted:
                await accept(context);
                break;
            case WebhookOutcome.Incomplete:
                refusals.Refused(cluster, peer, 0, result.Problem);
                context.Abort();
                break;
            default:
                refusals.Refused(cluster, peer, result.Outcome == WebhookOutcome.Busy ? 429 : 503, result.Problem);
                context.Response.Headers.RetryAfter = Math.Max(1, (int)Math.Ceiling(result.RetryAfter.TotalSeconds)).ToString(CultureInfo.InvariantCulture);
                await refuse(context, result.Outcome == WebhookOutcome.Busy ? 429 : 503, result.Problem);
                break;
        }
    }

    /// <summary>200 without a body.</summary>
    public static Task Empty(HttpContext context)
    {
        context.Response.StatusCode = 200;
        context.Response.ContentLength = 0;
        return Task.CompletedTask;
    }

    /// <summary>Problem details.</summary>
    public static Task Problem(HttpContext context, int status, string why) => Results.Problem(why, statusCode: status).ExecuteAsync(context);
}
