using System.Globalization;
using System.Net;
using System.Text;
using AuditWatch.Sigma.Matching;
using CsCheck;

namespace AuditWatch.Sigma.Tests.Matching;

public sealed class IpAddressTests
{
    [Theory]
    [InlineData("1.2.3.4", true)]
    [InlineData("255.255.255.255", true)]
    [InlineData("1.2.3", false)]
    [InlineData("1.2.3.4.5", false)]
    [InlineData("1.2.3.256", false)]
    [InlineData("01.2.3.4", false)]
    [InlineData("1.2.3.4 ", false)]
    [InlineData("::", true)]
    [InlineData("::1", true)]
    [InlineData("1::", true)]
    [InlineData("1:2:3:4:5:6:7:8", true)]
    [InlineData("1:2:3:4:5:6:7:8:9", false)]
    [InlineData("1:2:3:4:5:6:7", false)]
    [InlineData("1::2::3", false)]
    [InlineData(":::", false)]
    [InlineData("1:2:3:4:5:6:1.2.3.4", true)]
    [InlineData("::ffff:1.2.3.4", true)]
    [InlineData("1:2:3:4:5:6:7:1.2.3.4", false)]
    [InlineData("1.2.3.4::", false)]
    [InlineData("fe80::1%eth0", true)]
    [InlineData("12345::", false)]
    [InlineData("g::", false)]
    [InlineData(":1", false)]
    [InlineData("1:", false)]
    public void Grammar(string text, bool valid) => Assert.Equal(valid, IpAddress.TryParse(Encoding.UTF8.GetBytes(text), out _, false));

    [Fact]
    public void Containment_agrees_with_the_runtime() =>
        Gen.Select(Gen.Byte.Array[16], Gen.Byte.Array[16], Gen.Int[0, 128], Gen.Bool).Sample((a, b, bits, v4) =>
        {
            if (v4) (a, b, bits) = (a[..4], b[..4], bits % 33);
            // Half of the time the address shares the network's beginning.
            if (b[^1] % 2 == 0) b = [.. a[..(bits / 8)], .. b[(bits / 8)..]];
            var network = new IPNetwork(new IPAddress(Masked(a, bits)), bits);
            var address = new IPAddress(b);
            if (!v4 && address.IsIPv4MappedToIPv6) return true;
            var matcher = NetworkMatcher.Create(network.BaseAddress + "/" + bits.ToString(CultureInfo.InvariantCulture), out var fault);
            Assert.True(matcher is not null, fault);
            return matcher!.MatchesText(Encoding.UTF8.GetBytes(address.ToString()), false) == network.Contains(address);
        }, iter: 20_000);

    static byte[] Masked(byte[] bytes, int bits) => [.. bytes.Select((b, i) => (byte)(b & (bits >= (i + 1) * 8 ? 0xFF : bits <= i * 8 ? 0 : 0xFF << (8 - bits % 8))))];
}
