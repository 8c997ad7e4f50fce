using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;
using AuditWatch.Detection.EventLayer;
using AuditWatch.Detection.Rules;
using AuditWatch.Detection.Scanning;
using AuditWatch.Events.Envelopes;
using AuditWatch.Events.Framing;
using AuditWatch.Events.Model;
using AuditWatch.Events.Scanning;
using AuditWatch.Sigma.Parsing;

namespace AuditWatch.Benchmarks.EndToEnd;

/// <summary>
/// What the number of rules costs: 0, 10, 60, 200 and 600 of the shipped rules (copies with ids of their own where there are not that many), over events that were
/// scanned before, and over their bytes. One thread judges; times are of the processor.
/// </summary>
internal static partial class RuleScale
{
    /// <summary>Arguments: FILE.ndjson, of events as generated, a few ten thousand.</summary>
    public static int Run(string[] arguments)
    {
        var lines = File.ReadLines(arguments[0]).Select(System.Text.Encoding.UTF8.GetBytes).ToList();
        var inputs = InputFiles.Resolve([arguments[0]], () => Stream.Null);
        var work = Directory.CreateTempSubdirectory("aw-scale").FullName;
        Console.WriteLine("| rules | parsed events/s | B/event | B/event without a hit | hits | from bytes: events/CPU-s | B/event |\n|---|---|---|---|---|---|---|");
        foreach (var count in new[] { 0, 10, 60, 200, 600 })
        {
            var problems = new List<Problem>();
            var rules = RuleSnapshot.Load(Choose(count, Path.Combine(work, $"{count}")), problems);
            if (problems.Any(p => p.Severity == ProblemSeverity.Error)) throw new InvalidOperationException(string.Join('\n', problems));
            var parsed = Parsed(rules, lines);
            var (rate, bytes) = FromBytes(rules, inputs.Files);
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"| {rules.Rules.Count} | {parsed.Rate:F0} | {parsed.Bytes:F1} | {parsed.BytesQuiet:F2} | {parsed.Hits} | {rate:F0} | {bytes:F0} |"));
        }

        Directory.Delete(work, recursive: true);
        return 0;
    }

    static RuleSources Choose(int count, string into)
    {
        Directory.CreateDirectory(into);
        var shipped = RuleSources.Shipped.RuleDirs[0];
        string[] files = [.. Directory.EnumerateFiles(shipped, "*.yml", SearchOption.AllDirectories).Where(IsRule).Order(StringComparer.Ordinal)];
        for (var i = 0; i < count; i++)
        {
            // Spread over all folders; beyond the last one, again under another name.
            var (copy, place) = (i / files.Length, count <= files.Length ? (int)((long)i * files.Length / count) : i % files.Length);
            var text = File.ReadAllText(files[place]);
            if (copy > 0) text = NameLine().Replace(IdLine().Replace(text, $"id: {new Guid(place, (short)copy, 1, 0, 0, 0, 0, 0, 0, 0, 1)}", 1), $"name: $1-{copy}", 1);
            File.WriteAllText(Path.Combine(into, $"{i:d4}.yml"), text);
        }

        return new RuleSources { RuleDirs = [into], ListsDir = Path.Combine(shipped, "lists") };
    }

    // Rules of this log source that stand alone.
    static bool IsRule(string file) =>
        !file.EndsWith(".tests.yml", StringComparison.Ordinal) && File.ReadAllText(file) is var text && text.Contains("\ndetection:", StringComparison.Ordinal)
        && text.Contains("service: audit", StringComparison.Ordinal) && IdLine().Count(text) == 1 && NameLine().Count(text) == 1;

    static (double Rate, double Bytes, double BytesQuiet, int Hits) Parsed(RuleSnapshot rules, List<byte[]> lines)
    {
        var cluster = new ClusterFacts();
        var set = rules.For(cluster);
        var judge = new EventJudge(new SettledVerdicts(set), new RuleStatistics().Open(set, cluster.Name), rules.Chains.FollowsCredentials);
        var e = new AuditEvent(rules.Symbols);
        var events = new List<(byte[] Utf8, EventRanges Ranges)>(lines.Count);
        foreach (var line in lines)
        {
            var ranges = new EventRanges();
            if (EventScanner.TryScan(line, ranges, out _)) events.Add((line, ranges));
        }

        var batch = new JudgedBatch();
        var origin = new EventOrigin(0, 0, EnvelopeShape.Event, false);
        double best = double.MaxValue, bytes = 0;
        var quiet = new List<(byte[] Utf8, EventRanges Ranges)>();
        var hits = 0;
        for (var round = 0; round < 12; round++)
        {
            (var before, var began) = (GC.GetAllocatedBytesForCurrentThread(), Cpu());
            hits = Pass(events, round == 10 ? quiet : null);
            best = Math.Min(best, Cpu() - began);
            if (round != 10) bytes = GC.GetAllocatedBytesForCurrentThread() - before;
        }

        Pass(quiet, null);
        var quietBefore = GC.GetAllocatedBytesForCurrentThread();
        Pass(quiet, null);
        return (events.Count / best, bytes / events.Count, (GC.GetAllocatedBytesForCurrentThread() - quietBefore) / (double)quiet.Count, hits);

        int Pass(List<(byte[] Utf8, EventRanges Ranges)> over, List<(byte[], EventRanges)>? without)
        {
            var found = 0;
            batch.Begin("file", 0, 0);
            for (var i = 0; i < over.Count; i++)
            {
                if (batch.Count == 4096) batch.Begin("file", 0, 0);
                var had = batch.Hits.Count;
                e.Read(over[i].Utf8, over[i].Ranges, origin, cluster, 0);
                judge.Judge(e, i, batch);
                if (batch.Hits.Count > had) found++;
                else without?.Add(over[i]);
            }

            return found;
        }
    }

    static (double Rate, double Bytes) FromBytes(RuleSnapshot rules, IReadOnlyList<InputFile> files)
    {
        var best = double.MaxValue;
        double bytes = 0, events = 0;
        for (var round = 0; round < 6; round++)
        {
            (var before, var began) = (GC.GetTotalAllocatedBytes(), Cpu());
            events = new ScanRun(rules, new ScanOptions { Workers = 1 }).Run(files).Events;
            best = Math.Min(best, Cpu() - began);
            bytes = GC.GetTotalAllocatedBytes() - before;
        }

        return (events / best, bytes / events);
    }

    static double Cpu() => Process.GetCurrentProcess().TotalProcessorTime.TotalSeconds;

    [GeneratedRegex(@"^id: \S+", RegexOptions.Multiline)]
    private static partial Regex IdLine();

    [GeneratedRegex(@"^name: (\S+)", RegexOptions.Multiline)]
    private static partial Regex NameLine();
}
