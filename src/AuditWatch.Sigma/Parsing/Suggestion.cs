namespace AuditWatch.Sigma.Parsing;

/// <summary>Finds the name that was probably meant.</summary>
internal static class Suggestion
{
    /// <summary>The nearest candidate by edits, if it is near at all.</summary>
    public static string? For(string written, IEnumerable<string> candidates)
    {
        string? best = null;
        var least = Math.Max(2, written.Length / 3) + 1;
        foreach (var candidate in candidates)
        {
            var edits = Edits(written, candidate);
            if (edits < least) (best, least) = (candidate, edits);
        }
        return best;
    }

    static int Edits(string a, string b)
    {
        if (a.Length > 64 || b.Length > 64) return int.MaxValue;
        var row = new int[b.Length + 1];
        for (var j = 0; j <= b.Length; j++) row[j] = j;
        for (var i = 1; i <= a.Length; i++)
        {
            var diagonal = row[0];
            row[0] = i;
            for (var j = 1; j <= b.Length; j++)
            {
                var same = char.ToLowerInvariant(a[i - 1]) == char.ToLowerInvariant(b[j - 1]);
                (diagonal, row[j]) = (row[j], Math.Min(Math.Min(row[j], row[j - 1]) + 1, diagonal + (same ? 0 : 1)));
            }
        }
        return row[b.Length];
    }
}
