using System.Diagnostics;
using System.Globalization;
using AuditWatch.Detection.Rules;
using AuditWatch.Detection.Scanning;
using AuditWatch.Events.Framing;

namespace AuditWatch.Benchmarks.EndToEnd;

/// <summary>Where a scan's time goes: with all rules and with none, in one process after a warm-up, and the dearest rules by their own samples.</summary>
internal static class RuleCosts
{
    /// <summary>Arguments: FILE [WORKERS].</summary>
    public static int Run(string[] arguments)
    {
        var inputs = InputFiles.Resolve([arguments[0]], () => Stream.Null);
        var workers = arguments.Length > 1 ? int.Parse(arguments[1], CultureInfo.InvariantCulture) : 1;
        var all = RuleSnapshot.Load(RuleSources.Shipped, []);
        var none = RuleSnapshot.Load(new RuleSources(), []);
        for (var round = 0; round < 3; round++)
        {
            foreach (var (name, rules) in new[] { ("no rules", none), ("all rules", all) })
            {
                var cpu = Process.GetCurrentProcess().TotalProcessorTime;
                var watch = Stopwatch.StartNew();
                var allocated = GC.GetTotalAllocatedBytes();
                var result = new ScanRun(rules, new ScanOptions { Workers = workers }).Run(inputs.Files);
                var seconds = (Process.GetCurrentProcess().TotalProcessorTime - cpu).TotalSeconds;
                Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                    $"{name,-10} {watch.Elapsed.TotalSeconds,6:F2} s wall {seconds,6:F2} s cpu  {result.Bytes / 1e6 / seconds,6:F0} MB/s of cpu  {seconds * 1e9 / result.Events,6:F0} ns/event  {(GC.GetTotalAllocatedBytes() - allocated) / (double)result.Events,6:F0} B/event  {result.Alerts.Count} alerts"));
                if (round < 2 || name == "no rules") continue;
                foreach (var rule in result.Statistics.Read().OrderByDescending(r => r.MeanNanoseconds).Take(25))
                    Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"  {rule.MeanNanoseconds,8:F0} ns  {rule.Matches,8} matches  {rule.RuleName}"));
            }
        }
        return 0;
    }
}
