using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;

namespace AuditWatch.Sigma.Evaluation;

/// <summary>
/// A dotted path inside an array element. Keys may hold dots themselves, so at each object the longest key is tried first, then shorter ones;
/// <c>[…]</c> quotes a key. Arrays on the way stand for each of their members.
/// </summary>
internal sealed class ElementPath
{
    const int LongestKey = 1024;

    readonly byte[] _path;
    // Where a key may end: offsets of the dots that are not quoted, and the end.
    readonly int[] _cuts;

    ElementPath(byte[] path, int[] cuts) => (_path, _cuts) = (path, cuts);

    public bool IsSelf => _path.Length == 0;

    public static ElementPath Parse(string field)
    {
        if (field == ".") return new([], []);
        var text = new StringBuilder();
        var cuts = new List<int>();
        var bytes = 0;
        for (var i = 0; i < field.Length; i++)
        {
            if (field[i] == '[' && (i == 0 || field[i - 1] == '.') && field.IndexOf(']', i) is var close and > 0)
            {
                text.Append(field, i + 1, close - i - 1);
                bytes += Encoding.UTF8.GetByteCount(field.AsSpan(i + 1, close - i - 1));
                i = close;
                continue;
            }
            if (field[i] == '\\' && i + 1 < field.Length && field[i + 1] is '[' or ']') i++;
            if (field[i] == '.') cuts.Add(bytes);
            text.Append(field[i]);
            // Surrogate pairs are counted whole at their first half.
            bytes += char.IsLowSurrogate(field[i]) ? 0 : char.IsHighSurrogate(field[i]) ? 4 : Encoding.UTF8.GetByteCount(field.AsSpan(i, 1));
        }
        var path = Encoding.UTF8.GetBytes(text.ToString());
        return new(path, [.. cuts, path.Length]);
    }

    /// <summary>Asks the test about every value at the path; false when there is none.</summary>
    public bool Visit(in JsonElement element, EventView view, ValueTest test, ref Verdict found) => Visit(element, 0, 0, view, test, ref found);

    bool Visit(in JsonElement element, int from, int cut, EventView view, ValueTest test, ref Verdict verdict)
    {
        if (cut == _cuts.Length)
        {
            verdict = verdict.Or(test.OnElement(element, view));
            return true;
        }
        if (element.ValueKind == JsonValueKind.Array)
        {
            var any = false;
            foreach (var member in element.EnumerateArray())
                if (member.ValueKind is JsonValueKind.Object or JsonValueKind.Array) any |= Visit(member, from, cut, view, test, ref verdict);
            return any;
        }
        if (element.ValueKind != JsonValueKind.Object) return false;
        // The longest key that exists is tried first; if the rest does not follow from it, the next shorter one.
        for (var below = int.MaxValue; TryFind(element, from, cut, below, out var end, out var value); below = end)
            if (Visit(value, Math.Min(_cuts[end] + 1, _path.Length), end + 1, view, test, ref verdict)) return true;
        return false;
    }

    // JsonElement.TryGetProperty throws for keys with half surrogates, which a client may well send; this search never does. Of equal keys the last counts.
    bool TryFind(in JsonElement element, int from, int cut, int below, out int end, out JsonElement value)
    {
        (end, value) = (-1, default);
        Span<byte> plain = stackalloc byte[LongestKey];
        foreach (var property in element.EnumerateObject())
        {
            scoped var name = JsonMarshal.GetRawUtf8PropertyName(property);
            if (name.Contains((byte)'\\'))
            {
                if (name.Length > LongestKey) continue;
                name = plain[..JsonUnescape.Into(name, plain)];
            }
            if (name.Length > _path.Length - from || !_path.AsSpan(from).StartsWith(name)) continue;
            var fits = Array.IndexOf(_cuts, from + name.Length, cut);
            if (fits >= 0 && fits < below && fits >= end) (end, value) = (fits, property.Value);
        }
        return end >= 0;
    }
}
