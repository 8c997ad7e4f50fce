namespace AuditWatch.Server.Configuration;

/// <summary>Finds what somebody probably meant.</summary>
public static class Suggestion
{
    /// <summary>The candidate nearest to <paramref name="text"/> (at most a third of its letters differ), or null.</summary>
    public static string? Near(string text, IEnumerable<string> candidates) =>
        candidates.Select(c => (Candidate: c, Distance: Distance(text.ToLowerInvariant(), c.ToLowerInvariant())))
            .Where(c => c.Distance <= Math.Max(1, Math.Max(text.Length, c.Candidate.Length) / 3))
            .OrderBy(c => c.Distance).ThenBy(c => c.Candidate, StringComparer.Ordinal)
            .Select(c => c.Candidate).FirstOrDefault();

    // Two letters in each other's place are one slip.
    static int Distance(string a, string b)
    {
        var (earlier, previous) = (Array.Empty<int>(), Enumerable.Range(0, b.Length + 1).ToArray());
        for (var i = 1; i <= a.Length; i++)
        {
            var current = new int[b.Length + 1];
            current[0] = i;
            for (var j = 1; j <= b.Length; j++)
            {
                current[j] = Math.Min(Math.Min(current[j - 1], previous[j]) + 1, previous[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1));
                if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) current[j] = Math.Min(current[j], earlier[j - 2] + 1);
            }
            (earlier, previous) = (previous, current);
        }
        return previous[b.Length];
    }
}
