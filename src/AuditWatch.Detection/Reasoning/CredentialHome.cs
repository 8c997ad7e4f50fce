using System.Net;
using System.Net.Sockets;
using AuditWatch.Events.Model;

namespace AuditWatch.Detection.Reasoning;

/// <summary>
/// Where a credential lives. A token that a kubelet fetched lives in its pod: at the first address that uses it and at the kubelet's own (which stands in for
/// the pod where traffic is masqueraded); but an address outside of the cluster's networks is none of these, even if it comes first. Where the networks are not
/// known, a public address cannot be a pod's whose kubelet calls from a private one. A token that somebody had minted lives with the one who minted it.
/// </summary>
static class CredentialHome
{
    public static bool IsElsewhere(CredentialRecord credential, string address, ClusterFacts cluster)
    {
        var mint = credential.Mint;
        if (address == mint.Ip) return false;
        if (!mint.ByKubelet || !MayBePod(address, mint.Ip, cluster)) return true;
        return credential.Home is not null && address != credential.Home;
    }

    static bool MayBePod(string address, string? kubelet, ClusterFacts cluster)
    {
        if (!IPAddress.TryParse(address, out var parsed)) return true;
        if (cluster.Networks.Count > 0) return cluster.Networks.Any(n => n.Contains(Plain(parsed)));
        return kubelet is null || !IPAddress.TryParse(kubelet, out var node) || IsPublic(Plain(node)) || !IsPublic(Plain(parsed));
    }

    static IPAddress Plain(IPAddress address) => address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;

    static bool IsPublic(IPAddress address)
    {
        if (IPAddress.IsLoopback(address)) return false;
        if (address.AddressFamily == AddressFamily.InterNetworkV6) return !(address.IsIPv6LinkLocal || address.IsIPv6UniqueLocal || address.IsIPv6SiteLocal);
        Span<byte> b = stackalloc byte[4];
        address.TryWriteBytes(b, out _);
        return !(b[0] == 10 || (b[0] == 172 && (b[1] & 0xF0) == 16) || (b[0] == 192 && b[1] == 168) || (b[0] == 169 && b[1] == 254) || (b[0] == 100 && (b[1] & 0xC0) == 64));
    }
}
