using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace AuditWatch.Events;

/// <summary>
/// The identity of one event: the first 16 bytes of SHA-256 over the cluster's name and the redacted event's bytes, each preceded by its length (4 bytes,
/// big-endian). Never the auditID, which clients choose. Written as 32 lower-case hex digits.
/// </summary>
public readonly record struct EventId(UInt128 Value)
{
    /// <summary>Computes the id of an event as it is stored, after redaction.</summary>
    public static EventId Of(string cluster, ReadOnlySpan<byte> redactedUtf8)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Span<byte> length = stackalloc byte[4];
        var name = Encoding.UTF8.GetBytes(cluster);
        BinaryPrimitives.WriteInt32BigEndian(length, name.Length);
        hash.AppendData(length);
        hash.AppendData(name);
        BinaryPrimitives.WriteInt32BigEndian(length, redactedUtf8.Length);
        hash.AppendData(length);
        hash.AppendData(redactedUtf8);
        Span<byte> digest = stackalloc byte[32];
        hash.GetHashAndReset(digest);
        return new EventId(BinaryPrimitives.ReadUInt128BigEndian(digest));
    }

    /// <summary>32 lower-case hex digits.</summary>
    public override string ToString() => Value.ToString("x32", System.Globalization.CultureInfo.InvariantCulture);
}
