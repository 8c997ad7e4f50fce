using System.Security.Cryptography;
using System.Text;
using AuditWatch.Detection.Alerts;

namespace AuditWatch.Detection.Tests.Alerts;

public sealed class AlertIdentity
{
    const string Rule = "5b0d6c1e-3d0b-4b53-9c55-0f4a9d6f7c11";

    [Fact]
    public void The_id_is_the_hash_that_the_contract_describes()
    {
        var bytes = new List<byte>();
        foreach (var part in new[] { "lab", Rule, "a-1", "1764072000000001" })
        {
            bytes.AddRange([0, 0, 0, (byte)part.Length]);
            bytes.AddRange(Encoding.UTF8.GetBytes(part));
        }

        var expected = Convert.ToHexStringLower(SHA256.HashData(bytes.ToArray()))[..32];
        Assert.Equal(expected, AlertId.Of("lab", Rule, new RequestKey("a-1", 1_764_072_000_000_001)));
    }

    [Fact]
    public void A_request_without_a_time_counts_the_empty_text()
    {
        var bytes = new List<byte>();
        foreach (var part in new[] { "lab", Rule, "a-1", "" })
        {
            bytes.AddRange([0, 0, 0, (byte)part.Length]);
            bytes.AddRange(Encoding.UTF8.GetBytes(part));
        }

        Assert.Equal(Convert.ToHexStringLower(SHA256.HashData(bytes.ToArray()))[..32], AlertId.Of("lab", Rule, new RequestKey("a-1", 0)));
    }

    [Fact]
    public void The_order_and_the_number_of_mentions_of_requests_do_not_matter()
    {
        RequestKey a = new("a", 1), b = new("b", 2);
        Assert.Equal(AlertId.Of("lab", Rule, a, b), AlertId.Of("lab", Rule, b, a, b));
    }

    [Fact]
    public void Parts_cannot_be_shifted_into_one_another() =>
        Assert.NotEqual(AlertId.Of("lab1", Rule, new RequestKey("2", 3)), AlertId.Of("lab", "1" + Rule, new RequestKey("2", 3)));
}
