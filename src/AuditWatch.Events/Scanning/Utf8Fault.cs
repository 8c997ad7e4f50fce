using System.Text;
using System.Text.Unicode;

namespace AuditWatch.Events.Scanning;

/// <summary>Where bytes stop being UTF-8.</summary>
static class Utf8Fault
{
    /// <summary>Offset of the first byte that is not UTF-8, or -1 when all of it is.</summary>
    internal static int Find(ReadOnlySpan<byte> bytes)
    {
        if (Utf8.IsValid(bytes))
            return -1;
        var at = 0;
        while (at < bytes.Length)
        {
            var plain = bytes[at..].IndexOfAnyExceptInRange((byte)0, (byte)0x7F);
            if (plain < 0)
                return -1;
            at += plain;
            if (Rune.DecodeFromUtf8(bytes[at..], out _, out var used) != System.Buffers.OperationStatus.Done)
                return at;
            at += used;
        }
        return -1;
    }
}
