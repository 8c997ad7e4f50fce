using System.Buffers;
using System.Buffers.Text;
using System.IO.Compression;

namespace AuditWatch.Events.Envelopes;

/// <summary>base64, then gzip as often as it was applied (at most three times), within a budget.</summary>
static class Unpacking
{
    public static bool TryUnpack(ReadOnlySpan<byte> base64, UnpackBudget budget, out ReadOnlyMemory<byte> unpacked, out string reason, out string problem)
    {
        (unpacked, reason, problem) = (default, "malformed-envelope", "The record's data is not valid base64.");
        var bytes = new byte[Base64.GetMaxDecodedFromUtf8Length(base64.Length)];
        // Go and Python write "/" plainly, some encoders as "\/".
        var plain = base64.Contains((byte)'\\') ? Unescaped(base64) : base64;
        if (Base64.DecodeFromUtf8(plain, bytes, out _, out var length) != OperationStatus.Done) return false;
        unpacked = bytes.AsMemory(0, length);
        for (var layer = 0; layer < 3 && unpacked.Span is [0x1f, 0x8b, ..]; layer++)
            if (!TryGunzip(unpacked, budget, out unpacked, ref reason, out problem)) return false;
        return true;
    }

    static byte[] Unescaped(ReadOnlySpan<byte> text)
    {
        var plain = new byte[text.Length];
        return plain[..Model.JsonText.Unescape(text, plain)];
    }

    static bool TryGunzip(ReadOnlyMemory<byte> packed, UnpackBudget budget, out ReadOnlyMemory<byte> unpacked, ref string reason, out string problem)
    {
        (unpacked, problem) = (default, "The record's data is not valid gzip.");
        var buffer = ArrayPool<byte>.Shared.Rent(64 * 1024);
        try
        {
            System.Runtime.InteropServices.MemoryMarshal.TryGetArray(packed, out var array);
            using var source = new MemoryStream(array.Array!, array.Offset, array.Count, writable: false);
            using var gzip = new GZipStream(source, CompressionMode.Decompress);
            using var memory = new MemoryStream();
            budget.BeginLayer();
            for (int read; (read = gzip.Read(buffer)) > 0;)
            {
                if (!budget.TrySpend(read, out var tooMuch))
                {
                    (reason, problem) = ("too-large", tooMuch);
                    return false;
                }

                memory.Write(buffer, 0, read);
            }

            unpacked = memory.GetBuffer().AsMemory(0, (int)memory.Length);
            return unpacked.Length > 0;
        }
        catch (InvalidDataException)
        {
            return false;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }
}
