using System.IO.Enumeration;

namespace AuditWatch.Ingest.Sources.Files;

/// <summary>A full path in which <c>*</c> and <c>?</c> stand for characters within a name.</summary>
internal static class PathPattern
{
    /// <summary>The files that a pattern stands for now. A folder that cannot be read is an exception.</summary>
    public static IEnumerable<string> Find(string pattern)
    {
        if (pattern.AsSpan().IndexOfAny('*', '?') < 0) return File.Exists(pattern) ? [pattern] : [];
        var root = Path.GetPathRoot(pattern)!;
        IEnumerable<string> found = [root];
        var parts = pattern[root.Length..].Split(Path.DirectorySeparatorChar, StringSplitOptions.RemoveEmptyEntries);
        for (var i = 0; i < parts.Length; i++)
        {
            var (part, isLast) = (parts[i], i == parts.Length - 1);
            found = [.. found.SelectMany(folder => Inside(folder, part, isLast))];
        }
        return found;
    }

    static IEnumerable<string> Inside(string folder, string part, bool isLast)
    {
        if (part.AsSpan().IndexOfAny('*', '?') < 0)
        {
            var path = Path.Combine(folder, part);
            return (isLast ? File.Exists(path) : Directory.Exists(path)) ? [path] : [];
        }
        var entries = isLast ? Directory.EnumerateFiles(folder) : Directory.EnumerateDirectories(folder);
        return entries.Where(e => FileSystemName.MatchesSimpleExpression(part, Path.GetFileName(e.AsSpan()), ignoreCase: false)).Order(StringComparer.Ordinal);
    }
}
