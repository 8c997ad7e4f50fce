namespace AuditWatch.Events.Model;

/// <summary>What to say when a path does not exist: the sentence, with the nearest field that does.</summary>
static class SchemaSuggestion
{
    static readonly string[] Known = [.. EventFields.ByPath.Keys, .. EventFields.Below.Keys, .. DerivedFields.ByName.Keys];

    public static string Sentence(string path)
    {
        var sentence = path.StartsWith(DerivedFields.Prefix, StringComparison.Ordinal)
            ? $"Derived field '{path}' does not exist."
            : $"Field '{path}' does not exist on an audit event.";
        return Nearest(path) is { } near ? $"{sentence} Did you mean '{near}'?" : sentence;
    }

    static string? Nearest(string path)
    {
        if (path.Length is 0 or > 128) return null;
        // The right name without its parents comes first ('apiGroup' → 'objectRef.apiGroup'), then a slip of the keyboard.
        foreach (var known in Known.OrderBy(k => k.Length).ThenBy(k => k, StringComparer.Ordinal))
            if (known.EndsWith('.' + path, StringComparison.OrdinalIgnoreCase) || known.Equals(path, StringComparison.OrdinalIgnoreCase)) return known;

        // Of two that are equally near by their last name, the one that is nearer as a whole.
        string? best = null;
        var least = (Math.Max(1, path.Length / 4) + 1, 0);
        foreach (var known in Known.OrderBy(k => k, StringComparer.Ordinal))
        {
            var whole = Distance(path, known);
            var distance = (Math.Min(whole, Distance(path, known[(known.LastIndexOf('.') + 1)..]) + 1), whole);
            if (distance.CompareTo(least) >= 0) continue;
            least = distance;
            best = known;
        }

        return best ?? WithNearerHead(path);
    }

    // 'requestObjects.spec': the head is misspelt, what follows may well be right.
    static string? WithNearerHead(string path)
    {
        var dot = path.IndexOf('.', StringComparison.Ordinal);
        if (dot <= 0 || Nearest(path[..dot]) is not { } head) return null;
        var nearer = head + path[dot..];
        return nearer != path && AuditSchema.Exists(nearer) ? nearer : null;
    }

    static int Distance(string a, string b)
    {
        var previous = new int[b.Length + 1];
        var current = new int[b.Length + 1];
        for (var j = 0; j <= b.Length; j++) previous[j] = j;
        for (var i = 1; i <= a.Length; i++)
        {
            current[0] = i;
            for (var j = 1; j <= b.Length; j++)
            {
                var change = char.ToLowerInvariant(a[i - 1]) == char.ToLowerInvariant(b[j - 1]) ? 0 : 1;
                current[j] = Math.Min(Math.Min(current[j - 1], previous[j]) + 1, previous[j - 1] + change);
            }

            (previous, current) = (current, previous);
        }

        return previous[b.Length];
    }
}
