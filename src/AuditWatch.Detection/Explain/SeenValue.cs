using System.Text;
using AuditWatch.Detection.EventLayer;
using AuditWatch.Sigma.Evaluation;

namespace AuditWatch.Detection.Explain;

/// <summary>What an event has in a field, in words.</summary>
sealed class SeenValue
{
    const int Longest = 256;

    public string? Of(AuditEventView view, string path)
    {
        if (!AuditFieldSchema.Instance.TryBind(path, out var slot, out _)) return null;
        var value = view.Get(slot);
        return value.Kind switch
        {
            FieldKind.Absent => "(absent)",
            FieldKind.Unknown => $"(unknown: {string.Join(", ", UnknownReasons.Of(value.Why))})",
            FieldKind.Null => "null",
            FieldKind.True => "true",
            FieldKind.False => "false",
            FieldKind.Text or FieldKind.Number => Shorten(Encoding.UTF8.GetString(value.Utf8[..Math.Min(value.Utf8.Length, 4 * Longest)])),
            _ => Shorten(value.Element.GetRawText()),
        };
    }

    /// <summary>How many elements the array has; 0 when there is none.</summary>
    public int LengthOf(AuditEventView view, string path) =>
        AuditFieldSchema.Instance.TryBind(path, out var slot, out _) && view.Get(slot) is { Kind: FieldKind.Array } array ? array.Element.GetArrayLength() : 0;

    static string Shorten(string text)
    {
        if (text.Length <= Longest) return text;
        var cut = char.IsHighSurrogate(text[Longest - 2]) ? Longest - 2 : Longest - 1;
        return text[..cut] + "…";
    }
}
