using System.Buffers;

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
        for (var at = start + 1; ;)
        {
            var next = json[at..].IndexOfAny((byte)'"', (byte)'\\');
            complete = next >= 0 && json[at + next] == '"';
            if (complete) return at + next + 1;
            if (next < 0 || at + next + 2 > json.Length) return json.Length;
            at += next + 2;
        }
    }

    static int EndOfNest(ReadOnlySpan<byte> json, int start, out bool complete)
    {
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
