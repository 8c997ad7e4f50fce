using System.Net;

namespace AuditWatch.Events.Model;

// Where the request came from, as far as it can be believed.
public sealed partial class AuditEvent
{
    string? _clientIp;
    bool _clientIpKnown;

    /// <summary>
    /// The address right of which only trusted proxies stand. The API server appends what it knows on the right (forwarding headers, then the connection's
    /// peer), so everything left of the last untrusted address is whatever the client claimed. When all are trusted, the leftmost.
    /// </summary>
    public string? ClientIp
    {
        get
        {
            if (_clientIpKnown) return _clientIp;
            _clientIpKnown = true;
            return _clientIp = FindClientIp();
        }
    }

    string? FindClientIp()
    {
        var addresses = SourceIps;
        if (addresses.Count == 0) return null;
        for (var i = addresses.Count - 1; i > 0; i--)
            if (!IsWithin(addresses[i], _cluster.TrustedProxies)) return addresses[i];
        return addresses[0];
    }

    static bool IsWithin(string address, IReadOnlyList<IPNetwork> networks)
    {
        if (networks.Count == 0 || !IPAddress.TryParse(address, out var parsed)) return false;
        if (parsed.IsIPv4MappedToIPv6) parsed = parsed.MapToIPv4();
        foreach (var network in networks)
            if (network.Contains(parsed)) return true;
        return false;
    }
}
