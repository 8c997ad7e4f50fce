using System.Buffers.Binary;
using System.Buffers.Text;
using System.Text;

namespace AuditWatch.Storage.Index;

/// <summary>An auditID that is a UUID in the one form that comes back unchanged: lower case, 8-4-4-4-12.</summary>
internal static class AuditUuid
{
    public static UInt128? Parse(ReadOnlySpan<byte> utf8)
    {
        if (utf8.Length != 36 || !Utf8Parser.TryParse(utf8, out Guid uuid, out var read, 'D') || read != 36 || utf8.ContainsAnyInRange((byte)'A', (byte)'F')) return null;
        Span<byte> bytes = stackalloc byte[16];
        uuid.TryWriteBytes(bytes, bigEndian: true, out _);
        return BinaryPrimitives.ReadUInt128BigEndian(bytes);
    }

    public static bool IsOne(string text) => text.Length == 36 && Parse(Encoding.UTF8.GetBytes(text)) is not null;
}
