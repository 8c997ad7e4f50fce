using System.Diagnostics;
using System.Globalization;
using AuditWatch.Events;
using AuditWatch.Ingest.Journal.Kafka;

namespace AuditWatch.Benchmarks.Scale;

/// <summary>
/// What more partitions bring on this machine: the same events of eight clusters, taken in by one process, then detected by one other, with 1, 2 and 4 partitions. CPU per event must stay
/// what it is. Before what is measured each process works on four other clusters, so that what a young process costs is not counted.
/// </summary>
internal static class ScaleRate
{
    const int Early = 4, Measured = 8, EventsEach = 100;

    /// <summary>Arguments: AUDITWATCH.dll [RECORDING | CORPUS.ndjson, of which so many lines as a recording has are taken].</summary>
    public static async Task<int> RunAsync(string[] arguments)
    {
        var program = Path.GetFullPath(arguments[0]);
        var source = arguments.Length > 1 ? arguments[1] : "request";
        var lines = File.Exists(source) ? [.. File.ReadLines(source).Take(16_000)] : ScaleLoad.Recording(source);
        Console.WriteLine($"{Measured} clusters of {lines.Count} events each ({Path.GetFileName(source)}), posted {EventsEach} at a time; what the processes did before, on {Early} more, is not counted.\n");
        Console.WriteLine("| partitions | events | ingest, events/s | ingest, CPU s per 1 M | detect, events/s | detect, CPU s per 1 M | memory of detect, MB | alerts |\n|---|---|---|---|---|---|---|---|");
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
        async Task PostAsync(int from, int clusters) =>
            await Task.WhenAll(Enumerable.Range(from, clusters).Select(n => new ScaleLoad($"cluster-{n}", lines, [ingest.Url], n, EventsEach).RunAsync(() => 1, deadline.Token)));
        await PostAsync(0, Early);
        var audit = new ScaleAudit(stage, program);
        var before = await audit.EndsAsync(deadline.Token);
        var (cpu, watch) = (ingest.CpuSeconds, Stopwatch.StartNew());
        await PostAsync(Early, Measured);
        var events = (double)Measured * lines.Count;
        var (ingestRate, ingestCost) = (events / watch.Elapsed.TotalSeconds, (ingest.CpuSeconds - cpu) / events * 1e6);
        await ingest.TerminateAsync();
        var after = await audit.EndsAsync(deadline.Token);

        var detect = stage.Add("detect", "detect", program);
        while (!await audit.AreAtAsync("detect/", before, deadline.Token)) await Task.Delay(50, deadline.Token);
        (cpu, watch) = (detect.CpuSeconds, Stopwatch.StartNew());
        var done = await audit.ReadBehindAsync("detect/", before, deadline.Token);   // a partition may be further than another
        while (!await audit.AreAtAsync("detect/", after, deadline.Token)) await Task.Delay(50, deadline.Token);
        var judged = events * (1 - done / (double)after.Sum(p => p.Value - before[p.Key]));
        var (detectRate, detectCost, memory) = (judged / watch.Elapsed.TotalSeconds, (detect.CpuSeconds - cpu) / judged * 1e6, detect.PeakMegabytes);
        await using var state = await stage.OpenStateAsync();
        var alerts = await state.CountAlertsAsync(deadline.Token);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"| {partitions} | {events:F0} | {ingestRate:F0} | {ingestCost:F1} | {detectRate:F0} | {detectCost:F1} | {memory:F0} | {alerts} |"));
    }
}
