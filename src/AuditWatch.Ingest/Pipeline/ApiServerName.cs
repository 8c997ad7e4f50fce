namespace AuditWatch.Ingest.Pipeline;

/// <summary>Names of API servers as we keep them. Some come from the content of records, so anybody may have made them up.</summary>
static class ApiServerName
{
    const int Longest = 200;

    /// <summary>At most 200 characters, none of them a control character.</summary>
    public static string Clean(string? name)
    {
        if (string.IsNullOrEmpty(name)) return "";
        if (name.Length <= Longest && !name.AsSpan().ContainsAnyInRange('\0', '\u001f') && !name.Contains('\u007f')) return name;
        var at = Math.Min(name.Length, Longest);
        // Not between the halves of a surrogate pair.
        if (at < name.Length && char.IsHighSurrogate(name[at - 1])) at--;
        return string.Create(at, name, static (to, from) =>
        {
            for (var i = 0; i < to.Length; i++) to[i] = char.IsControl(from[i]) ? '_' : from[i];
        });
    }
}
