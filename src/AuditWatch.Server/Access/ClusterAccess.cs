using System.Security.Cryptography.X509Certificates;
using AuditWatch.Storage.State;
using Microsoft.AspNetCore.Http;

namespace AuditWatch.Server.Access;

/// <summary>
/// Who may post as which cluster. Until the first credential exists, loopback may post as anyone. From then on a credential decides: a bearer token alone, if one
/// was sent; otherwise the client certificate's CN.
/// </summary>
sealed class ClusterAccess(StateStore state)
{
    readonly KnownCredentials _known = new(state);
    volatile bool _anyCredential;

    /// <summary>Whether no cluster has a credential yet.</summary>
    public bool IsOpen => !_anyCredential;

    /// <summary>0 when the post may go on, else the status to answer with and why. <paramref name="key"/>: the token, where the sender has another place for it.</summary>
    public async Task<(int Status, string Why)> CheckAsync(HttpContext context, string cluster, string? key = null)
    {
        var stop = context.RequestAborted;
        if (!_anyCredential && !(_anyCredential = (await state.ListClustersAsync(stop)).Count > 0))
            return LoopbackGuard.IsLocal(context.Connection.RemoteIpAddress) ? (0, "") : (401, "No cluster has a credential yet, so only this machine may post. Run 'auditwatch clusters add NAME'.");

        if ((key ?? BearerToken.Of(context.Request)) is { } token)
        {
            if (await _known.OwnerOfTokenAsync(token, stop) is not { } owner) return (401, "The bearer token is not known.");
            return await DecideAsync(owner, cluster, stop);
        }
        var certificate = await context.Connection.GetClientCertificateAsync(stop);
        if (certificate is null) return (401, "A bearer token or a client certificate is required.");
        var name = certificate.GetNameInfo(X509NameType.SimpleName, forIssuer: false);
        if (await _known.OwnerOfNameAsync(name, stop) is not { } holder) return (403, "The client certificate belongs to no cluster.");
        return await DecideAsync(holder, cluster, stop);
    }

    async Task<(int, string)> DecideAsync(string owner, string cluster, CancellationToken stop)
    {
        if (owner == cluster) return (0, "");
        return (await state.ListClustersAsync(stop)).Any(c => c.Name == cluster) ? (403, "The credential belongs to another cluster.") : (404, "There is no such cluster.");
    }
}
