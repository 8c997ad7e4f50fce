using System.Buffers;
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
        // In one piece: what a hash costs to set up is more than copying an event.
        var size = (2 * sizeof(int)) + Encoding.UTF8.GetByteCount(cluster) + redactedUtf8.Length;
        var rented = ArrayPool<byte>.Shared.Rent(size);
        var name = Encoding.UTF8.GetBytes(cluster, rented.AsSpan(sizeof(int)));
        BinaryPrimitives.WriteInt32BigEndian(rented, name);
        BinaryPrimitives.WriteInt32BigEndian(rented.AsSpan(sizeof(int) + name), redactedUtf8.Length);
        redactedUtf8.CopyTo(rented.AsSpan((2 * sizeof(int)) + name));
        Span<byte> digest = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(rented.AsSpan(0, size), digest);
        ArrayPool<byte>.Shared.Return(rented);
        return new EventId(BinaryPrimitives.ReadUInt128BigEndian(digest));
    }

    /// <summary>How many digits it is written with.</summary>
    internal const int Digits = 32;

    /// <summary>Writes its digits.</summary>
    internal void Write(Span<byte> digits)
    {
        ((ulong)(Value >> 64)).TryFormat(digits, out _, "x16", System.Globalization.CultureInfo.InvariantCulture);
        ((ulong)Value).TryFormat(digits[(Digits / 2)..], out _, "x16", System.Globalization.CultureInfo.InvariantCulture);
    }

    /// <summary>32 lower-case hex digits.</summary>
    public override string ToString()
    {
        Span<byte> bytes = stackalloc byte[16];
        BinaryPrimitives.WriteUInt128BigEndian(bytes, Value);
        return Convert.ToHexStringLower(bytes);
    }
}
