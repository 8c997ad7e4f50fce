using System.Globalization;
using AuditWatch.Server.Queries;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Logging;

namespace AuditWatch.Server.Access;

/// <summary>Stands before every endpoint: who asks, whether the route's <see cref="AccessPolicy"/> lets them, and for which clusters. What it refuses is recorded.</summary>
sealed partial class AccessGate(Authenticator who, AccessLog access, RateGate requests, RateGate failures, ILogger<AccessGate> log)
{
    public async Task PassAsync(HttpContext context, RequestDelegate next)
    {
        // No route, or one of routing's own (405): there is nothing to guard.
        if (context.GetEndpoint() is not RouteEndpoint endpoint)
        {
            await next(context);
            return;
        }
        var route = NameOf(endpoint);
        if (endpoint.Metadata.GetMetadata<AccessPolicy>() is not { } policy)
        {
            NoPolicy(log, route);
            await RefuseAsync(context, route, null, 403, "This route says not who may use it, so nobody may.");
            return;
        }
        if (policy.Needs is not { } role || (ReferenceEquals(policy, AccessPolicy.Metrics) && context.Request.Headers.Authorization.Count == 0 && LoopbackGuard.Refuse(context) is null))
        {
            await next(context);
            return;
        }

        var identity = await who.IdentifyAsync(context);
        if (identity.Caller is not { } caller)
        {
            // A good token is never shut out by somebody else's bad ones from the same address.
            if (identity.Status >= 500) await RefuseAsync(context, route, null, identity.Status, identity.Why, TimeSpan.FromSeconds(30));
            else if (failures.Take(context.Connection.RemoteIpAddress?.ToString() ?? "") is { } pause) await RefuseAsync(context, route, null, 429, "Too many requests without a valid credential came from this address.", pause);
            else await RefuseAsync(context, route, null, identity.Status, identity.Why);
            return;
        }
        if (caller.Via != "loopback" && requests.Take($"{caller.Via} {caller.Name}") is { } wait)
        {
            await RefuseAsync(context, route, caller, 429, $"{caller.Name} asks more often than this server allows.", wait);
            return;
        }
        var scope = caller.ScopeOf(role);
        if (scope.IsEmpty || (policy.AllClusters && !scope.IsAll))
        {
            await RefuseAsync(context, route, caller, 403, $"{caller.Name} lacks the role {RoleBinding.Names[(int)role]}{(policy.AllClusters ? " on all clusters" : "")}.");
            return;
        }
        context.Features.Set(caller);
        context.Features.Set(new Asker(caller.Name, caller.Via, caller.IsNamed, scope) { Raw = caller.ScopeOf(Role.Analyst) });
        await next(context);
    }

    /// <summary>How a route is called in the access log.</summary>
    public static string NameOf(Endpoint endpoint) => endpoint.Metadata.GetMetadata<IEndpointNameMetadata>()?.EndpointName ?? (endpoint as RouteEndpoint)?.RoutePattern.RawText ?? "";

    async Task RefuseAsync(HttpContext context, string route, Caller? caller, int status, string why, TimeSpan? wait = null)
    {
        await access.RefusedAsync(context, route, caller, status, why);
        if (status == 401) context.Response.Headers.WWWAuthenticate = "Bearer";
        if (wait is { } pause) context.Response.Headers.RetryAfter = Math.Max(1, (int)Math.Ceiling(pause.TotalSeconds)).ToString(CultureInfo.InvariantCulture);
        await Results.Problem(why, statusCode: status).ExecuteAsync(context);
    }

    [LoggerMessage(3602, LogLevel.Error, "The route {Route} has no access policy and is refused.")]
    static partial void NoPolicy(ILogger log, string route);
}
