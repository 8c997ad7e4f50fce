using System.Buffers;
using AuditWatch.Events.Model;

namespace AuditWatch.Events.Envelopes;

/// <summary>
/// What is left of an event that was cut at a provider's size limit. Kubernetes writes who, what and how it ended before the bodies, so the members that are
/// complete still make an event; it is closed, and marked as cut so that what is missing is unknown and not absent.
/// </summary>
static class CutEvent
{
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
        EventMark.WriteAndClose(json, isFirstMember: false, isCut: true, envelopeTimeMicros);
        return true;
    }
}
