using System.Net;
using AuditWatch.Events.Scanning;

namespace AuditWatch.Events.Model;

// Where the request came from, as far as it can be believed.
public sealed partial class AuditEvent
{
    readonly RecentAddresses _recentAddresses = new();
    AddressFacts _addresses;
    bool _addressesKnown;
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
        // One address, nearly always.
        if (_ranges.Has(HotField.SourceIps) && Raw(HotField.SourceIps) is [(byte)'[', (byte)'"', .. var one, (byte)'"', (byte)']'] && !one.ContainsAny((byte)'"', (byte)'\\')) return _recent.Get(one);
        var addresses = SourceIps;
        if (addresses.Count == 0) return null;
        for (var i = addresses.Count - 1; i > 0; i--)
            if (!IsWithin(addresses[i], _cluster.TrustedProxies)) return addresses[i];
        return addresses[0];
    }

    // Looks at the addresses without saying so: these facts are part of the party.
    AddressFacts Addresses
    {
        get
        {
            if (_addressesKnown) return _addresses;
            _addressesKnown = true;
            var lookedAt = _lookedAt;
            var json = _ranges.Has(HotField.SourceIps) ? Raw(HotField.SourceIps) : "[]"u8;
            if (_cluster.Networks.Count == 0 && TryReadOne(json, out var scope)) _addresses = new(scope, false, false);
            else if (!_recentAddresses.TryGet(json, _cluster, out _addresses)) _recentAddresses.Keep(json, _addresses = FindAddresses());
            _lookedAt = lookedAt | 1UL << AddressesBit;
            return _addresses;
        }
    }

    // One IPv4 address as API servers write it, nearly always; all other ways of writing are left to .NET.
    static bool TryReadOne(ReadOnlySpan<byte> json, out AddressScope scope)
    {
        scope = default;
        if (json is not [(byte)'[', (byte)'"', .. var one, (byte)'"', (byte)']']) return false;
        Span<byte> parts = stackalloc byte[4];
        int part = 0, value = 0, digits = 0;
        foreach (var c in one)
        {
            if (c == '.')
            {
                if (digits == 0 || part == 3) return false;
                parts[part++] = (byte)value;
                value = digits = 0;
                continue;
            }

            var digit = c - '0';
            if (digit is < 0 or > 9 || (digits > 0 && value == 0)) return false;
            value = (value * 10) + digit;
            digits++;
            if (value > byte.MaxValue) return false;
        }

        if (part != 3 || digits == 0) return false;
        parts[3] = (byte)value;
        scope = Scope(parts);
        return true;
    }

    AddressFacts FindAddresses()
    {
        if (ClientIp is not { } ip) return default;
        if (!IPAddress.TryParse(ip, out var address)) return new(AddressScope.NoAddress, SourceIps.Count > 1, IsWithin(ip, _cluster.Networks));
        return new(Scope(address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address), SourceIps.Count > 1, IsWithin(ip, _cluster.Networks));
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
