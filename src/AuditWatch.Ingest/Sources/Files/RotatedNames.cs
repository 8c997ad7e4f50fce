using System.Buffers;

namespace AuditWatch.Ingest.Sources.Files;

/// <summary>
/// How rotated files are called: <c>audit.log.1</c>, <c>audit.log-20251126.gz</c> (logrotate), <c>audit-2025-11-26T14-33-45.420.log.gz</c> (the API server).
/// </summary>
internal static class RotatedNames
{
    static readonly SearchValues<char> s_stamp = SearchValues.Create("0123456789.-_:TZ");

    public static bool IsRotationOf(string path, string other)
    {
        if (Path.GetDirectoryName(path) != Path.GetDirectoryName(other)) return false;
        var live = Path.GetFileName(path.AsSpan());
        var name = Unpacked(Path.GetFileName(other.AsSpan()));
        if (name.StartsWith(live, StringComparison.Ordinal) && IsStamp(name[live.Length..])) return true;
        var stem = Path.GetFileNameWithoutExtension(live);
        var extension = Path.GetExtension(live);
        return name.Length > live.Length && name.StartsWith(stem, StringComparison.Ordinal) && name.EndsWith(extension, StringComparison.Ordinal) && IsStamp(name[stem.Length..^extension.Length]);
    }

    /// <summary>The rotated files of a log that lie beside it.</summary>
    public static List<string> Beside(string path)
    {
        var folder = Path.GetDirectoryName(path)!;
        return Directory.Exists(folder) ? [.. Directory.EnumerateFiles(folder).Where(f => IsRotationOf(path, f)).Order(StringComparer.Ordinal)] : [];
    }

    static ReadOnlySpan<char> Unpacked(ReadOnlySpan<char> name)
    {
        foreach (var packed in (ReadOnlySpan<string>)[".gz", ".zst"])
            if (name.EndsWith(packed, StringComparison.Ordinal)) return name[..^packed.Length];
        return name;
    }

    // A separator, a digit, and what numbers and times are written with.
    static bool IsStamp(ReadOnlySpan<char> text) =>
        text.Length >= 2 && text[0] is '.' or '-' or '_' && char.IsAsciiDigit(text[1]) && !text.ContainsAnyExcept(s_stamp);
}
