using System.Buffers;
using System.Buffers.Text;
using System.IO.Compression;

namespace AuditWatch.Events.Envelopes;

/// <summary>base64, then gzip as often as it was applied (at most three times), bounded so that a small record cannot become a large one without end.</summary>
static class Unpacking
{
    public const int LargestUnpacked = 256 * 1024 * 1024;

    public static bool TryUnpack(ReadOnlySpan<byte> base64, out ReadOnlyMemory<byte> unpacked, out string problem)
    {
        unpacked = default;
        problem = "The record's data is not valid base64.";
        var bytes = new byte[Base64.GetMaxDecodedFromUtf8Length(base64.Length)];
        // Go and Python write "/" plainly, some encoders as "\/".
        var plain = base64.Contains((byte)'\\') ? Unescaped(base64) : base64;
        if (Base64.DecodeFromUtf8(plain, bytes, out _, out var length) != OperationStatus.Done) return false;
        unpacked = bytes.AsMemory(0, length);
        for (var layer = 0; layer < 3 && unpacked.Span is [0x1f, 0x8b, ..]; layer++)
            if (!TryGunzip(unpacked, out unpacked, out problem)) return false;
        return true;
    }

    static byte[] Unescaped(ReadOnlySpan<byte> text)
    {
        var plain = new byte[text.Length];
        return plain[..Model.JsonText.Unescape(text, plain)];
    }

    static bool TryGunzip(ReadOnlyMemory<byte> packed, out ReadOnlyMemory<byte> unpacked, out string problem)
    {
        unpacked = default;
        problem = "The record's data is not valid gzip.";
        try
        {
            using var source = new MemoryStream(packed.ToArray(), writable: false);
            using var gzip = new GZipStream(source, CompressionMode.Decompress);
            using var memory = new MemoryStream();
            var buffer = new byte[64 * 1024];
            for (int read; (read = gzip.Read(buffer)) > 0;)
            {
                if (memory.Length + read > LargestUnpacked)
                {
                    problem = $"The record's data unpacks to more than {LargestUnpacked >> 20} MiB.";
                    return false;
                }

                memory.Write(buffer, 0, read);
            }

            unpacked = memory.ToArray();
            return unpacked.Length > 0;
        }
        catch (InvalidDataException)
        {
            return false;
        }
    }
}
