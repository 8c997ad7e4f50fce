using AuditWatch.Server.Access;
using AuditWatch.Server.Hosting;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace AuditWatch.Server.Endpoints;

/// <summary><c>/healthz</c> and <c>/readyz</c> need no credential; <c>/metrics</c> needs the API token off loopback.</summary>
static class HealthEndpoints
{
    public static void Map(WebApplication app, Stores stores, ApiGuard guard)
    {
        app.MapGet("/healthz", (HttpContext context) => Answer(context, ("process", true)));
        app.MapGet("/readyz", (HttpContext context) => Answer(context,
            ("journal", true), ("state", stores.State.IsReachable), ("index", true), ($"detection lag {Events(stores.Backlog.DetectionLag)}", true), ($"index lag {Events(stores.Backlog.IndexLag)}", true)));
        app.UseWhen(context => context.Request.Path == "/metrics", branch => branch.Use(async (context, next) =>
        {
            if (guard.Refuse(context) is { } why) await Results.Problem(why, statusCode: 401).ExecuteAsync(context);
            else await next(context);
        }));
        app.MapPrometheusScrapingEndpoint("/metrics");
    }

    static string Events(long? lag) => lag is { } events ? $"{events} events" : "(being counted)";

    static IResult Answer(HttpContext context, params (string Name, bool IsWell)[] checks)
    {
        var isWell = checks.All(c => c.IsWell);
        var text = context.Request.Query.ContainsKey("verbose")
            ? string.Concat(checks.Select(c => $"[{(c.IsWell ? "+" : "-")}]{c.Name}\n")) + (isWell ? "ok\n" : "failed\n")
            : isWell ? "ok" : "failed";
        return Results.Text(text, statusCode: isWell ? 200 : 503);
    }
}
