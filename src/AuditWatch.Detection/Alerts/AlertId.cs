using System.Buffers;
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
        // In one piece: what a hash costs to set up, and to be given a few bytes, is more than copying them.
        var parts = new ArrayBufferWriter<byte>(256);
        Append(parts, cluster);
        Append(parts, ruleId);
        foreach (var request in requests.Count < 2 ? requests : [.. requests.Distinct().Order()])
        {
            Append(parts, request.AuditId);
            Append(parts, request.ReceivedMicros == 0 ? "" : request.ReceivedMicros.ToString(CultureInfo.InvariantCulture));
        }

        Span<byte> digest = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(parts.WrittenSpan, digest);
        return Convert.ToHexStringLower(digest[..16]);
    }

    // Every part is preceded by its length, so that no two lists of parts give the same bytes.
    static void Append(ArrayBufferWriter<byte> parts, string part)
    {
        var length = Encoding.UTF8.GetByteCount(part);
        BinaryPrimitives.WriteInt32BigEndian(parts.GetSpan(sizeof(int)), length);
        parts.Advance(sizeof(int));
        parts.Advance(Encoding.UTF8.GetBytes(part, parts.GetSpan(length)));
    }
}
