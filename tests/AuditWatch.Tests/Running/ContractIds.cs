using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace AuditWatch.Tests.Running;

/// <summary>The ids of the contract, computed from its words and not with the product's code.</summary>
internal static class ContractIds
{
    public static string Alert(string cluster, string ruleId, params (string AuditId, string? Received)[] requests)
    {
        var parts = new List<byte[]> { Encoding.UTF8.GetBytes(cluster), Encoding.UTF8.GetBytes(ruleId) };
        foreach (var (auditId, received) in requests.Select(r => (r.AuditId, Micros(r.Received))).Distinct().Order())
        {
            parts.Add(Encoding.UTF8.GetBytes(auditId));
            parts.Add(Encoding.UTF8.GetBytes(received));
        }
        return Of(parts);
    }

    public static string Event(string cluster, string json) => Of([Encoding.UTF8.GetBytes(cluster), Encoding.UTF8.GetBytes(json)]);

    static string Of(List<byte[]> parts)
    {
        using var all = new MemoryStream();
        Span<byte> length = stackalloc byte[4];
        foreach (var part in parts)
        {
            BinaryPrimitives.WriteInt32BigEndian(length, part.Length);
            all.Write(length);
            all.Write(part);
        }
        return Convert.ToHexStringLower(SHA256.HashData(all.ToArray())[..16]);
    }

    static string Micros(string? time) => time is null ? "" :
        ((DateTimeOffset.Parse(time, CultureInfo.InvariantCulture) - DateTimeOffset.UnixEpoch).Ticks / 10).ToString(CultureInfo.InvariantCulture);
}
