using Microsoft.AspNetCore.Http;

namespace AuditWatch.Server.Access;

/// <summary>The bearer token of a request.</summary>
static class BearerToken
{
    /// <summary>The token; null when none was sent, though credentials of another kind may have been.</summary>
    public static string? Of(HttpRequest request) =>
        request.Headers.Authorization is { Count: > 0 } sent && sent[0] is { } value && value.StartsWith("Bearer", StringComparison.OrdinalIgnoreCase)
            && (value.Length == 6 || value[6] == ' ') ? value[6..].Trim() : null;
}
