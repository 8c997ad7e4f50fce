using System.Globalization;
using AuditWatch.Ingest.Pipeline;
using AuditWatch.Server.Access;
using AuditWatch.Server.Configuration;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace AuditWatch.Server.Endpoints;

/// <summary>What every endpoint that takes records in does alike: who may post, and how the outcome is answered. Each answers a success and a refusal in its sender's own words.</summary>
sealed partial class PostEndpoint(ClusterAccess access, ILogger log)
{
    public async Task AnswerAsync(
        HttpContext context, string cluster, string? token, Func<Task<WebhookResult>> receive, Func<HttpContext, Task> accept, Func<HttpContext, int, string, Task> refuse)
    {
        if (!ClusterName.IsValid(cluster))
        {
            await refuse(context, 404, $"The cluster's name {ClusterName.Rule}");
            return;
        }

        var (status, why) = await access.CheckAsync(context, cluster, token);
        if (status != 0)
        {
            Refused(log, context.Request.Path, context.Connection.RemoteIpAddress?.ToString() ?? "", status, why);
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
                NotTaken(log, cluster, result.Problem);
                context.Abort();
                break;
            default:
                NotTaken(log, cluster, result.Problem);
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

    [LoggerMessage(3511, LogLevel.Warning, "Refused a post to {Path} from {Peer} with {Status}: {Why}")]
    static partial void Refused(ILogger log, string path, string peer, int status, string why);

    [LoggerMessage(3512, LogLevel.Warning, "Did not take a post for cluster {Cluster}: {Problem}")]
    static partial void NotTaken(ILogger log, string cluster, string problem);
}
