using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace AuditWatch.Detection.Alerts;

/// <summary>
/// The identity of an alert: the first 16 bytes of SHA-256 over cluster, rule id, and the requests that make it this alert. No place, stage, order or rule
/// revision enters, so the same requests give the same id on every machine and in every replay.
/// </summary>
public static class AlertId
{
    /// <summary>32 lower-case hex digits.</summary>
    public static string Of(string cluster, string ruleId, params IReadOnlyList<RequestKey> requests)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Append(hash, cluster);
        Append(hash, ruleId);
        foreach (var request in requests.Count < 2 ? requests : [.. requests.Distinct().Order()])
        {
            Append(hash, request.AuditId);
            Append(hash, request.ReceivedMicros == 0 ? "" : request.ReceivedMicros.ToString(CultureInfo.InvariantCulture));
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset().AsSpan(0, 16));
    }

    // Every part is preceded by its length, so that no two lists of parts give the same bytes.
    static void Append(IncrementalHash hash, string part)
    {
        var utf8 = Encoding.UTF8.GetBytes(part);
        Span<byte> length = stackalloc byte[4];
        BinaryPrimitives.WriteInt32BigEndian(length, utf8.Length);
        hash.AppendData(length);
        hash.AppendData(utf8);
    }
}
