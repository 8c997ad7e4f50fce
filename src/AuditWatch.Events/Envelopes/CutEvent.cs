using System.Buffers;
using AuditWatch.Events.Model;

namespace AuditWatch.Events.Envelopes;

/// <summary>
/// What is left of an event that was cut at a provider's size limit. Kubernetes writes who, what and how it ended before the bodies, so the members that are
/// complete still make an event; of the body or the annotations in which the cut lies, what is complete is kept too. It is closed, and marked as cut so that
/// what is missing is unknown and not absent.
/// </summary>
static class CutEvent
{
    const int DeepestKept = 64;

    static ReadOnlySpan<byte> Mark => "[Truncated...]"u8;

    /// <summary>Whether the text itself says that it was cut (CloudWatch appends a mark).</summary>
    public static bool SaysSo(ReadOnlySpan<byte> text) => text.TrimEnd(" \n\r\t"u8).EndsWith(Mark);

    /// <summary>Writes the members that survived as a whole event; false when not one did.</summary>
    public static bool TrySalvage(ReadOnlySpan<byte> text, long envelopeTimeMicros, IBufferWriter<byte> json)
    {
        text = text.TrimEnd(" \n\r\t"u8);
        if (text.EndsWith(Mark)) text = text[..^Mark.Length];
        var start = JsonSpans.SkipSpace(text, 0);
        if (start == text.Length || text[start] != '{') return false;
        var end = -1;
        var members = new JsonMembers(text, start);
        while (members.Next() && members.IsComplete) end = members.End;
        if (end < 0) return false;
        json.Write(text[start..end]);
        if (!members.IsClosed && !members.IsComplete && IsKeptInPart(members.Key) && text[members.Start] == '{')
        {
            json.Write(text[end..members.Start]);
            WriteBeginning(text[members.Start..], json, DeepestKept);
        }

        EventMark.WriteAndClose(json, isFirstMember: false, isCut: true, envelopeTimeMicros);
        return true;
    }

    static bool IsKeptInPart(ReadOnlySpan<byte> key) => key.SequenceEqual("requestObject"u8) || key.SequenceEqual("responseObject"u8) || key.SequenceEqual("annotations"u8);

    // The complete parts of an object or array whose end is missing, closed.
    static void WriteBeginning(ReadOnlySpan<byte> value, IBufferWriter<byte> json, int depth)
    {
        if (value[0] == '[') WriteBeginningOfArray(value, json, depth);
        else WriteBeginningOfObject(value, json, depth);
    }

    static void WriteBeginningOfObject(ReadOnlySpan<byte> value, IBufferWriter<byte> json, int depth)
    {
        var end = 1;
        var members = new JsonMembers(value, 0);
        var isCutInside = false;
        while (members.Next() && !(isCutInside = !members.IsComplete)) end = members.End;
        json.Write(value[..end]);
        if (isCutInside && depth > 0 && value[members.Start] is (byte)'{' or (byte)'[')
        {
            json.Write(value[end..members.Start]);
            WriteBeginning(value[members.Start..], json, depth - 1);
        }

        json.Write("}"u8);
    }

    static void WriteBeginningOfArray(ReadOnlySpan<byte> value, IBufferWriter<byte> json, int depth)
    {
        var end = 1;
        for (var at = JsonSpans.SkipSpace(value, 1); at < value.Length; at = JsonSpans.SkipSpace(value, at))
        {
            if (value[at] == ',')
            {
                at++;
                continue;
            }

            var itemEnd = JsonSpans.EndOfValue(value, at, out var complete);
            if (!complete || itemEnd == at)
            {
                if (depth <= 0 || value[at] is not ((byte)'{' or (byte)'[')) break;
                json.Write(value[..at]);
                WriteBeginning(value[at..], json, depth - 1);
                json.Write("]"u8);
                return;
            }

            at = end = itemEnd;
        }

        json.Write(value[..end]);
        json.Write("]"u8);
    }
}
