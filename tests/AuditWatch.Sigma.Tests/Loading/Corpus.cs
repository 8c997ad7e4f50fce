namespace AuditWatch.Sigma.Tests.Loading;

/// <summary>Rule texts in every style that rules are written in.</summary>
internal static class Corpus
{
    public static IEnumerable<string> Texts =>
        Directory.GetFiles(Path.Combine(AppContext.BaseDirectory, "Corpus"), "*.yml").Order(StringComparer.Ordinal)
            .SelectMany(f => File.ReadAllText(f).Split("\n---\n", StringSplitOptions.RemoveEmptyEntries));
}
