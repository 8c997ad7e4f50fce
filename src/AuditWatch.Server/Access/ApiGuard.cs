using System.Net;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http;

namespace AuditWatch.Server.Access;

/// <summary>
/// Who may use the API. Without a token file it answers loopback only: the peer, the Host header and the Origin must all be this machine, and nothing may have
/// been forwarded, so that neither a web page in a browser nor a proxy can speak for a stranger. With a token, the bearer decides.
/// </summary>
sealed class ApiGuard(string? tokenFile)
{
    static readonly string[] Forwarding = ["Forwarded", "X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Proto", "X-Real-IP", "Via"];

    readonly byte[]? _token = tokenFile is null ? null : SHA256.HashData(Encoding.UTF8.GetBytes(File.ReadAllText(tokenFile).Trim()));

    /// <summary>Null when the request may go on; else why not.</summary>
    public string? Refuse(HttpContext context)
    {
        if (BearerToken.Of(context.Request) is { } token)
        {
            return _token is not null && CryptographicOperations.FixedTimeEquals(SHA256.HashData(Encoding.UTF8.GetBytes(token)), _token)
                ? null : "The bearer token is not the one that this server knows.";
        }
        if (!IsLocal(context.Connection.RemoteIpAddress)) return "A bearer token is required from another machine.";
        if (!IsLocalName(context.Request.Host.Host)) return "The Host header must be localhost, 127.0.0.1 or [::1].";
        if (context.Request.Headers.Origin is { Count: > 0 } origin && !(Uri.TryCreate(origin[0], UriKind.Absolute, out var from) && IsLocalName(from.Host)))
            return "Requests from other origins are not taken.";
        return Array.Exists(Forwarding, h => context.Request.Headers.ContainsKey(h)) ? "Forwarded requests are not taken without a token." : null;
    }

    public static bool IsLocal(IPAddress? peer) => peer is not null && IPAddress.IsLoopback(peer.IsIPv4MappedToIPv6 ? peer.MapToIPv4() : peer);

    static bool IsLocalName(string host) => host is "localhost" or "127.0.0.1" or "[::1]" or "::1";
}

/// <summary>The bearer token of a request.</summary>
static class BearerToken
{
    /// <summary>The token; empty when an Authorization header of another kind was sent; null when none was.</summary>
    public static string? Of(HttpRequest request)
    {
        if (request.Headers.Authorization.Count == 0) return null;
        var value = request.Headers.Authorization[0] ?? "";
        return value.StartsWith("Bearer ", StringComparison.OrdinalIgnoreCase) ? value[7..].Trim() : "";
    }
}
