using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using AuditWatch.Storage.State;

namespace AuditWatch.Server.Access;

/// <summary>
/// Whose credentials were found good since the start. While the state's server is away they are believed, so that events are still taken: an API server has little room
/// to keep them. A credential that is taken away meanwhile is good until the state is back.
/// </summary>
sealed class KnownCredentials(StateStore state)
{
    readonly ConcurrentDictionary<string, string> _owners = new(StringComparer.Ordinal);

    public Task<string?> OwnerOfTokenAsync(string token, CancellationToken stop) =>
        AskAsync("token " + Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(token))), () => state.FindClusterByTokenAsync(token, stop));

    public Task<string?> OwnerOfNameAsync(string commonName, CancellationToken stop) => AskAsync("name " + commonName, () => state.FindClusterByClientCnAsync(commonName, stop));

    async Task<string?> AskAsync(string credential, Func<Task<string?>> ask)
    {
        if (!state.IsReachable && _owners.TryGetValue(credential, out var known)) return known;
        try
        {
            var owner = await ask();
            if (owner is null) _owners.TryRemove(credential, out _);
            else _owners[credential] = owner;
            return owner;
        }
        catch (StateUnavailableException) when (_owners.ContainsKey(credential))
        {
            return _owners[credential];
        }
    }
}
