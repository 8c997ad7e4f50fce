using System.Buffers;
using System.Runtime.InteropServices;
using System.Text.Json;

namespace AuditWatch.Sigma.Evaluation;

/// <summary>A question about one field's value. An array has the value if any member has it, however deep arrays are nested.</summary>
internal abstract class ValueTest
{
    public virtual Verdict On(scoped in FieldValue value, EventView view) => value.Kind switch
    {
        FieldKind.Unknown => Verdict.Unknown(value.Why),
        FieldKind.Array => OnMembers(value.Element, view),
        _ => OnScalar(value, view),
    };

    /// <summary>Anything but an array and the unknown, absence included.</summary>
    protected abstract Verdict OnScalar(scoped in FieldValue value, EventView view);

    public abstract string Canonical { get; }

    public virtual IReadOnlyCollection<string>? PossibleTexts => null;

    /// <summary>What must be written in the event for this to hold of a field that lies there under this path; null when that cannot be said.</summary>
    public virtual NeededText? Needed(string path) => null;

    Verdict OnMembers(in JsonElement array, EventView view)
    {
        var verdict = Verdict.False;
        foreach (var member in array.EnumerateArray())
        {
            verdict = verdict.Or(OnElement(member, view));
            if (verdict.Truth == Truth.True) break;
        }
        return verdict;
    }

    /// <summary>Asks about a JSON value inside an array.</summary>
    public Verdict OnElement(in JsonElement element, EventView view)
    {
        switch (element.ValueKind)
        {
            case JsonValueKind.String:
                var inner = JsonMarshal.GetRawUtf8Value(element)[1..^1];
                if (!inner.Contains((byte)'\\')) return On(new FieldValue { Kind = FieldKind.Text, Utf8 = inner, Symbol = -1 }, view);
                var buffer = ArrayPool<byte>.Shared.Rent(inner.Length);
                var verdict = On(new FieldValue { Kind = FieldKind.Text, Utf8 = buffer.AsSpan(0, JsonUnescape.Into(inner, buffer)), Symbol = -1 }, view);
                ArrayPool<byte>.Shared.Return(buffer);
                return verdict;
            case JsonValueKind.Number:
                return On(new FieldValue { Kind = FieldKind.Number, Utf8 = JsonMarshal.GetRawUtf8Value(element), Symbol = -1 }, view);
            case JsonValueKind.Array:
                return On(new FieldValue { Kind = FieldKind.Array, Element = element, Symbol = -1 }, view);
            case JsonValueKind.Object:
                return On(new FieldValue { Kind = FieldKind.Object, Element = element, Symbol = -1 }, view);
            case JsonValueKind.True:
                return On(new FieldValue { Kind = FieldKind.True, Symbol = -1 }, view);
            case JsonValueKind.False:
                return On(new FieldValue { Kind = FieldKind.False, Symbol = -1 }, view);
            default:
                return On(new FieldValue { Kind = FieldKind.Null, Symbol = -1 }, view);
        }
    }
}
