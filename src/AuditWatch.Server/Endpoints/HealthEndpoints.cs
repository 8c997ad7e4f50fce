using AuditWatch.Server.Access;
using AuditWatch.Server.Hosting;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace AuditWatch.Server.Endpoints;

/// <summary><c>/healthz</c> and <c>/readyz</c> need no credential; <c>/metrics</c> needs a token off loopback.</summary>
static class HealthEndpoints
{
    /// <param name="app">Where they are mapped.</param>
    /// <param name="ready">What must be well for <c>/readyz</c>, and what is said beside it.</param>
    public static void Map(WebApplication app, Func<IReadOnlyList<(string Name, bool IsWell)>> ready)
    {
        app.MapGet("/healthz", (HttpContext context) => Answer(context, ("process", true))).WithMetadata(AccessPolicy.Open);
        app.MapGet("/readyz", (HttpContext context) => Answer(context, [.. ready()])).WithMetadata(AccessPolicy.Open);
        app.MapPrometheusScrapingEndpoint("/metrics").WithMetadata(AccessPolicy.Metrics);
    }

    public static IReadOnlyList<(string Name, bool IsWell)> Of(Stores stores) =>
        [("journal", true), ("state", stores.State.IsReachable), ("index", true), ($"detection lag {Events(stores.Backlog.DetectionLag)}", true), ($"index lag {Events(stores.Backlog.IndexLag)}", true)];

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
