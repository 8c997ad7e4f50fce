using System.Globalization;

namespace AuditWatch.Ingest.Journal;

/// <summary>Names of the files in a journal folder.</summary>
internal static class SegmentNames
{
    const string Prefix = "segment-", Suffix = ".awj";

    public static string Segment(string directory, int number) => Path.Combine(directory, Prefix + Digits(number) + Suffix);

    /// <summary>The ids of a segment that retention removed before its ids were old enough to be forgotten.</summary>
    public static string Ids(string directory, int number) => Path.Combine(directory, "ids-" + Digits(number) + ".awi");

    /// <summary>What a segment that is no longer written holds, in numbers.</summary>
    public static string Counts(string directory, int number) => Path.Combine(directory, "counts-" + Digits(number) + ".awc");

    public static string Lock(string directory) => Path.Combine(directory, "writer.lock");

    /// <summary>Numbers of the segments there are, ascending.</summary>
    public static List<int> List(string directory) => List(directory, Prefix, Suffix);

    public static List<int> ListIds(string directory) => List(directory, "ids-", ".awi");

    public static List<int> ListCounts(string directory) => List(directory, "counts-", ".awc");

    static List<int> List(string directory, string prefix, string suffix)
    {
        var numbers = new List<int>();
        if (!Directory.Exists(directory)) return numbers;
        foreach (var path in Directory.EnumerateFiles(directory, prefix + "*" + suffix))
        {
            var name = Path.GetFileName(path.AsSpan())[prefix.Length..^suffix.Length];
            if (int.TryParse(name, NumberStyles.None, CultureInfo.InvariantCulture, out var number)) numbers.Add(number);
        }
        numbers.Sort();
        return numbers;
    }

    static string Digits(int number) => number.ToString("D8", CultureInfo.InvariantCulture);
}
