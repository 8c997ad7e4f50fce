using System.Runtime.InteropServices;
using System.Text;

namespace AuditWatch.Detection.EventLayer;

/// <summary>A 64-bit hash of a text, the same for UTF-8 and UTF-16, within one process: to compare names without making strings of them.</summary>
static class TextHash
{
    const ulong Seed = 0x9E37_79B9_7F4A_7C15, Multiplier = 0xD6E8_FEB8_6659_FD93;

    public static ulong Of(ReadOnlySpan<byte> utf8, ulong seed = Seed)
    {
        var hash = seed ^ ((ulong)utf8.Length * Multiplier);
        while (utf8.Length >= 8)
        {
            hash = Mix(hash ^ MemoryMarshal.Read<ulong>(utf8));
            utf8 = utf8[8..];
        }

        ulong rest = 0;
        for (var i = 0; i < utf8.Length; i++) rest |= (ulong)utf8[i] << (i * 8);
        return Mix(hash ^ rest);
    }

    public static ulong Of(string text) => Of(Encoding.UTF8.GetBytes(text));

    /// <summary>The request's hash: auditID and the time of receipt.</summary>
    public static ulong OfRequest(ReadOnlySpan<byte> auditId, long receivedMicros) => Of(auditId, Seed ^ (ulong)receivedMicros);

    public static ulong OfRequest(Alerts.RequestKey key) => OfRequest(Encoding.UTF8.GetBytes(key.AuditId), key.ReceivedMicros);

    static ulong Mix(ulong value)
    {
        value *= Multiplier;
        return value ^ (value >> 32);
    }
}
