using System.Diagnostics;
using System.Globalization;

namespace AuditWatch.Benchmarks.Scale;

/// <summary>What more partitions bring on this machine: the same events of eight clusters, taken in by one process, then detected by one other, with 1, 2 and 4 partitions. CPU per event must stay what it is.</summary>
internal static class ScaleRate
{
    /// <summary>Arguments: AUDITWATCH.dll [RECORDING].</summary>
    public static async Task<int> RunAsync(string[] arguments)
    {
        var program = Path.GetFullPath(arguments[0]);
        var lines = ScaleLoad.Recording(arguments.Length > 1 ? arguments[1] : "request");
        Console.WriteLine("| partitions | events | ingest, events/s | ingest, CPU s per 1 M | detect, events/s | detect, CPU s per 1 M | alerts |\n|---|---|---|---|---|---|---|");
        foreach (var partitions in (int[])[1, 2, 4])
        {
            await using var stage = await ScaleStage.StartAsync(partitions);
            await MeasureAsync(stage, program, lines, partitions);
        }
        return 0;
    }

    static async Task MeasureAsync(ScaleStage stage, string program, List<string> lines, int partitions)
    {
        using var deadline = new CancellationTokenSource(TimeSpan.FromMinutes(20));
        var ingest = stage.Add("ingest", "ingest", program);
        await ingest.ReadyAsync(deadline.Token);
        var loads = Enumerable.Range(0, 8).Select(n => new ScaleLoad($"cluster-{n}", lines, [ingest.Url], n)).ToList();
        var (cpu, watch) = (ingest.CpuSeconds, Stopwatch.StartNew());
        await Task.WhenAll(loads.Select(load => load.RunAsync(() => 1, deadline.Token)));
        var events = 8.0 * lines.Count;
        var (ingestRate, ingestCost) = (events / watch.Elapsed.TotalSeconds, (ingest.CpuSeconds - cpu) / events * 1e6);
        await ingest.TerminateAsync();

        var detect = stage.Add("detect", "detect", program);
        await detect.ReadyAsync(deadline.Token);
        (cpu, watch) = (detect.CpuSeconds, Stopwatch.StartNew());
        await using var state = await stage.OpenStateAsync();
        var audit = new ScaleAudit(stage, program);
        while (!await audit.AreAtTheEndAsync("detect/", partitions, deadline.Token)) await Task.Delay(200, deadline.Token);
        var (detectRate, detectCost) = (events / watch.Elapsed.TotalSeconds, (detect.CpuSeconds - cpu) / events * 1e6);
        var alerts = await state.CountAlertsAsync(deadline.Token);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"| {partitions} | {events:F0} | {ingestRate:F0} | {ingestCost:F0} | {detectRate:F0} | {detectCost:F0} | {alerts} |"));
    }
}
