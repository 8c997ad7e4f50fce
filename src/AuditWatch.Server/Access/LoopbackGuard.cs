using System.Net;
using Microsoft.AspNetCore.Http;

namespace AuditWatch.Server.Access;

/// <summary>
/// Whether a request without a credential comes from this machine: the peer, the Host header and the Origin must all be this machine, and nothing may have been
/// forwarded, so that neither a web page in a browser nor a proxy can speak for a stranger.
/// </summary>
static class LoopbackGuard
{
    static readonly string[] Forwarding = ["Forwarded", "Via", "X-Real-IP", "X-Client-IP", "X-Cluster-Client-IP", "True-Client-IP", "CF-Connecting-IP"];

    /// <summary>Null when the request may go on; else why not.</summary>
    public static string? Refuse(HttpContext context)
    {
        if (!IsLocal(context.Connection.RemoteIpAddress)) return "A bearer token is required from another machine.";
        if (!IsLocalName(context.Request.Host.Host)) return "The Host header must be localhost, 127.0.0.1 or [::1].";
        if (!IsOwnOrigin(context.Request)) return "Requests from other origins are not taken.";
        return IsForwarded(context.Request.Headers) ? "Forwarded requests are not taken without a token." : null;
    }

    // Another port of this machine is another program, whose pages have no business here.
    static bool IsOwnOrigin(HttpRequest request)
    {
        var origin = request.Headers.Origin;
        if (origin.Count == 0) return true;
        return origin.Count == 1 && Uri.TryCreate(origin[0], UriKind.Absolute, out var from) && IsLocalName(from.Host)
            && Uri.TryCreate($"{request.Scheme}://{request.Host.Value}", UriKind.Absolute, out var own) && from.Authority == own.Authority && from.Scheme == own.Scheme;
    }

    static bool IsForwarded(IHeaderDictionary headers) =>
        Array.Exists(Forwarding, headers.ContainsKey) || headers.Keys.Any(name => name.StartsWith("X-Forwarded", StringComparison.OrdinalIgnoreCase) || name.StartsWith("X-Original", StringComparison.OrdinalIgnoreCase));

    public static bool IsLocal(IPAddress? peer) => peer is not null && IPAddress.IsLoopback(peer.IsIPv4MappedToIPv6 ? peer.MapToIPv4() : peer);

    static bool IsLocalName(string host) => host is "127.0.0.1" or "[::1]" or "::1" || host.Equals("localhost", StringComparison.OrdinalIgnoreCase);
}
