using System.Buffers;
using System.Buffers.Text;

namespace AuditWatch.Events.Model;

/// <summary>
/// What must not get lost between the envelope and the reader of a journal: that an event was cut, that it was made of an entry which lacks parts (<c>"as":"gke"</c>,
/// or <c>"gke-unstaged"</c> where its stage is a guess too), and the envelope's time. Written as the last member of a
/// salvaged or converted event, <c>"auditwatch.io/origin":{"cut":true,"time":1760000000000000}</c>. Clients cannot write top-level members of an event, and
/// the two braces that end the document right after it can end nothing nested.
/// </summary>
static class EventMark
{
    static ReadOnlySpan<byte> Key => "\"auditwatch.io/origin\":{\"cut\":"u8;

    const int LongestTail = 96;

    /// <summary>Appends the mark and the brace that ends the event. <paramref name="json"/> holds the event up to, not including, its last brace.</summary>
    public static void WriteAndClose(IBufferWriter<byte> json, bool isFirstMember, bool isCut, long timeMicros, ReadOnlySpan<byte> madeOf = default)
    {
        if (!isFirstMember) json.Write(","u8);
        json.Write(Key);
        json.Write(isCut ? "true"u8 : "false"u8);
        if (!madeOf.IsEmpty)
        {
            json.Write(",\"as\":\""u8);
            json.Write(madeOf);
            json.Write("\""u8);
        }

        json.Write(",\"time\":"u8);
        Span<byte> digits = stackalloc byte[20];
        Utf8Formatter.TryFormat(timeMicros, digits, out var written);
        json.Write(digits[..written]);
        json.Write("}}"u8);
    }

    public static bool TryRead(ReadOnlySpan<byte> json, out bool isCut, out long timeMicros, out ReadOnlySpan<byte> madeOf)
    {
        madeOf = default;
        isCut = false;
        timeMicros = 0;
        if (!json.EndsWith("}}"u8) || json[^3] is < (byte)'0' or > (byte)'9') return false;
        var tail = json[Math.Max(0, json.Length - LongestTail)..];
        var at = tail.LastIndexOf(Key);
        if (at < 0) return false;
        tail = tail[(at + Key.Length)..];
        isCut = tail.StartsWith("true"u8);
        if (tail.StartsWith("false,\"as\":\""u8))
        {
            madeOf = tail["false,\"as\":\""u8.Length..];
            madeOf = madeOf[..Math.Max(0, madeOf.IndexOf((byte)'"'))];
        }

        var time = tail.IndexOf("\"time\":"u8);
        if (time < 0) return false;
        tail = tail[(time + "\"time\":"u8.Length)..];
        return Utf8Parser.TryParse(tail, out timeMicros, out var read) && read == tail.Length - 2;
    }
}
