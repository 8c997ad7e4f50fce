using System.Globalization;

namespace AuditWatch.Sigma.Matching;

/// <summary>An IPv4 or IPv6 network. An IPv4 address written as IPv6 (<c>::ffff:10.0.0.1</c>) is the IPv4 address.</summary>
internal sealed class NetworkMatcher : ValueMatcher
{
    readonly IpAddress _network;
    readonly int _bits;

    NetworkMatcher(IpAddress network, int bits) => (_network, _bits) = (network, bits);

    /// <summary>Null with the fault when the text is no network.</summary>
    public static NetworkMatcher? Create(string text, out string fault)
    {
        fault = "";
        var slash = text.IndexOf('/');
        var address = slash < 0 ? text : text[..slash];
        if (address.Contains('%') || !IpAddress.TryParse(System.Text.Encoding.UTF8.GetBytes(address), out var network, map: false))
        {
            fault = $"'{text}' is no IPv4 or IPv6 network.";
            return null;
        }
        var width = network.IsV4 ? 32 : 128;
        var bits = width;
        if (slash >= 0 && (!int.TryParse(text.AsSpan(slash + 1), NumberStyles.None, CultureInfo.InvariantCulture, out bits) || bits > width))
        {
            fault = $"'{text}' has no prefix length between 0 and {width}.";
            return null;
        }
        if (network.Prefix(bits) != network.Bits)
        {
            fault = $"'{text}' has bits set behind its prefix length; the network is not the one that is written.";
            return null;
        }
        return new(network, bits);
    }

    public override bool MatchesText(ReadOnlySpan<byte> utf8, bool withheld) =>
        IpAddress.TryParse(utf8, out var address, map: _network.IsV4) && address.IsV4 == _network.IsV4 && address.Prefix(_bits) == _network.Bits;

    public override bool MatchesNumber(ReadOnlySpan<byte> utf8) => false;

    public override bool MatchesBoolean(bool value) => false;

    public override string Canonical => $"cidr({(_network.IsV4 ? 4 : 6)}:{_network.Bits:x}/{_bits})";
}
