using System.Text;
using AuditWatch.Detection.Rules;
using AuditWatch.Sigma.Parsing;

namespace AuditWatch.Detection.Lint;

/// <summary>Repairs rule files where that is safe: only what a finding says how to repair, and only if the file is read as well afterwards as before.</summary>
public static class RuleFixes
{
    // Repairs may touch each other, or make room for the next one.
    const int MostRounds = 8;

    /// <summary>The changes that remove a finding; empty when it takes a person.</summary>
    public static IReadOnlyList<TextEdit> For(Problem finding)
    {
        ArgumentNullException.ThrowIfNull(finding);
        return finding.Repair is { } repair && File.Exists(finding.File) && RuleText.Read(File.ReadAllText(finding.File)) is { } text ? text.Edits(repair) : [];
    }

    /// <summary>Writes the repaired files, and says how many repairs were made in each.</summary>
    public static IReadOnlyDictionary<string, int> Apply(RuleSources sources)
    {
        var made = new SortedDictionary<string, int>(StringComparer.Ordinal);
        var leftAlone = new HashSet<string>(StringComparer.Ordinal);
        for (var round = 0; round < MostRounds; round++)
        {
            var before = made.Values.Sum();
            foreach (var file in RuleLint.Check(sources).Findings.Where(f => f.Repair is not null).GroupBy(f => f.File, StringComparer.Ordinal))
                if (!leftAlone.Contains(file.Key) && Repair(file.Key, [.. file.Select(f => f.Repair!)]) is var count and > 0) made[file.Key] = made.GetValueOrDefault(file.Key) + count;
                else leftAlone.Add(file.Key);
            if (made.Values.Sum() == before) break;
        }

        return made;
    }

    static int Repair(string file, IReadOnlyList<Repair> repairs)
    {
        var bytes = File.ReadAllBytes(file);
        var hasMark = bytes.AsSpan().StartsWith(Encoding.UTF8.Preamble);
        var old = Encoding.UTF8.GetString(hasMark ? bytes.AsSpan(Encoding.UTF8.Preamble.Length) : bytes);
        if (RuleText.Read(old) is not { } text) return 0;
        // The order of keys comes last: it moves everything.
        var edits = repairs.Where(r => r.Kind != RepairKind.Order).SelectMany(text.Edits).ToList();
        if (edits.Count == 0) edits = [.. repairs.SelectMany(text.Edits)];
        var (repaired, made) = text.Apply(edits);
        if (made == 0 || !IsReadAsWell(old, repaired)) return 0;
        var beside = file + ".fixing";
        File.WriteAllText(beside, repaired, new UTF8Encoding(hasMark));
        File.Move(beside, file, overwrite: true);
        return made;
    }

    static bool IsReadAsWell(string old, string repaired)
    {
        var (before, after) = (SigmaParser.Parse(old, ""), SigmaParser.Parse(repaired, ""));
        return after.Documents.Count >= before.Documents.Count && Errors(after) <= Errors(before);
    }

    static int Errors(SigmaParseResult result) => result.Problems.Count(p => p.Severity == ProblemSeverity.Error);
}
