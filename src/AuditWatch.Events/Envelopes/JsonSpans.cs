using System.Buffers;
using AuditWatch.Events.Scanning;

namespace AuditWatch.Events.Envelopes;

/// <summary>
/// Steps over JSON by balance alone, without judging it: where a value ends, which members an object has. What is inside is judged by whoever reads it; a fault
/// in one item must not cost its neighbours.
/// </summary>
static class JsonSpans
{
    static readonly SearchValues<byte> Structure = SearchValues.Create("\"{}[]"u8);
    static readonly SearchValues<byte> ScalarEnd = SearchValues.Create(",}] \n\r\t"u8);

    public static int SkipSpace(ReadOnlySpan<byte> json, int at)
    {
        while (at < json.Length && json[at] is (byte)' ' or (byte)'\n' or (byte)'\r' or (byte)'\t') at++;
        return at;
    }

    /// <summary>The end of the value that begins at <paramref name="start"/>; the end of the bytes when it is not complete.</summary>
    public static int EndOfValue(ReadOnlySpan<byte> json, int start, out bool complete)
    {
        complete = false;
        if (start >= json.Length) return json.Length;
        switch (json[start])
        {
            case (byte)'"':
                return EndOfString(json, start, out complete);
            case (byte)'{' or (byte)'[':
                return EndOfNest(json, start, out complete);
            default:
                var length = json[start..].IndexOfAny(ScalarEnd);
                complete = length >= 0;
                return length < 0 ? json.Length : start + length;
        }
    }

    static int EndOfString(ReadOnlySpan<byte> json, int start, out bool complete)
    {
        // Most strings have no escape; one that has, may have one every few bytes.
        var next = json[(start + 1)..].IndexOfAny((byte)'"', (byte)'\\');
        complete = false;
        if (next < 0) return json.Length;
        var at = start + 1 + next;
        if (json[at] != '"' && StringEnd.Find(json[at..]) is var end) at = end < 0 ? -1 : at + end;
        complete = at >= 0;
        return complete ? at + 1 : json.Length;
    }

    static int EndOfNest(ReadOnlySpan<byte> json, int start, out bool complete)
    {
        // What is whole is stepped over in one go; what is not, or nests too deep for that, ends where its brackets balance.
        if (Containers.TryMeasure(json[start..], validate: false, out var length, out _))
        {
            complete = true;
            return start + length;
        }

        var depth = 0;
        for (var at = start; ;)
        {
            var next = json[at..].IndexOfAny(Structure);
            if (next < 0)
            {
                complete = false;
                return json.Length;
            }

            at += next;
            switch (json[at])
            {
                case (byte)'"':
                    at = EndOfString(json, at, out complete);
                    if (!complete) return json.Length;
                    continue;
                case (byte)'{' or (byte)'[':
                    depth++;
                    break;
                default:
                    if (--depth == 0)
                    {
                        complete = true;
                        return at + 1;
                    }

                    break;
            }

            at++;
        }
    }

}
