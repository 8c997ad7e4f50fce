using System.Text;

namespace AuditWatch.Events.Redaction;

/// <summary>A JSON pointer's segments.</summary>
internal static class PatchPath
{
    /// <summary>Splits and unescapes; the whole document ("" and, as kubectl's users write it, "/") has none.</summary>
    public static List<string> Decode(ReadOnlySpan<byte> pointer)
    {
        var segments = new List<string>();
        foreach (var part in pointer.Split((byte)'/'))
            if (pointer[part] is { IsEmpty: false } segment)
                segments.Add(Encoding.UTF8.GetString(segment).Replace("~1", "/", StringComparison.Ordinal).Replace("~0", "~", StringComparison.Ordinal));
        return segments;
    }
}
