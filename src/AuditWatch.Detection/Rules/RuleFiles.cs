using AuditWatch.Sigma.Parsing;

namespace AuditWatch.Detection.Rules;

/// <summary>Which files of a rule folder are what.</summary>
static class RuleFiles
{
    const string TestSuffix = ".tests.yml";
    static readonly HashSet<string> Aside = new(StringComparer.Ordinal) { "lists", "filters", "traces", "generated" };

    /// <summary>The rule files, by path.</summary>
    public static IEnumerable<string> Rules(string dir) =>
        Yaml(dir).Where(f => !f.EndsWith(TestSuffix, StringComparison.Ordinal) && !Stories.StoryFile.Is(f) && !IsAside(dir, f));

    /// <summary>The test files, by path.</summary>
    public static IEnumerable<string> Tests(string dir) => Yaml(dir).Where(f => f.EndsWith(TestSuffix, StringComparison.Ordinal));

    /// <summary>Every YAML file under a folder, by path; none when there is no such folder.</summary>
    public static IEnumerable<string> Yaml(string dir) =>
        Directory.Exists(dir) ? Directory.EnumerateFiles(dir, "*.yml", SearchOption.AllDirectories).Order(StringComparer.Ordinal) : [];

    /// <summary>Reads and parses a file; what is wrong goes to <paramref name="problems"/>.</summary>
    public static IReadOnlyList<SigmaDocument> Parse(string file, ICollection<Problem> problems)
    {
        if (TryRead(file, problems) is not { } text) return [];
        var parsed = SigmaParser.Parse(text, file);
        foreach (var problem in parsed.Problems) problems.Add(problem);
        return parsed.Documents;
    }

    /// <summary>Parses many files, on every core; documents and problems come in the files' order.</summary>
    public static IReadOnlyList<SigmaDocument> ParseAll(IReadOnlyList<string> files, ICollection<Problem> problems)
    {
        var parsed = new IReadOnlyList<SigmaDocument>[files.Count];
        var found = new List<Problem>[files.Count];
        Parallel.For(0, files.Count, i => parsed[i] = Parse(files[i], found[i] = []));
        foreach (var problem in found.SelectMany(f => f)) problems.Add(problem);
        return [.. parsed.SelectMany(p => p)];
    }

    public static string? TryRead(string file, ICollection<Problem> problems)
    {
        try
        {
            return File.ReadAllText(file);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            problems.Add(new Problem("AW1500", ProblemSeverity.Error, file, 0, 0, null, $"The file cannot be read: {e.Message}", "Check the path and its permissions."));
            return null;
        }
    }

    static bool IsAside(string dir, string file) =>
        Path.GetDirectoryName(Path.GetRelativePath(dir, file))!.Split(Path.DirectorySeparatorChar).Any(Aside.Contains);
}
