using System.Diagnostics;
using System.Globalization;
using AuditWatch.Testing;

namespace AuditWatch.Benchmarks.Scale;

/// <summary>
/// Six processes (two that take in, two that detect, one that indexes and answers, one that notifies) and their servers under load, with faults of a fixed seed: killed, stopped and let go on
/// (some for longer than it takes another to take over), ended in order, cut off from each other. Afterwards everything is counted.
/// </summary>
internal static class ScaleKills
{
    static readonly string[] s_recordings = ["production", "request", "requestresponse", "metadata"];

    /// <summary>Arguments: AUDITWATCH.dll [FAULTS] [SEED].</summary>
    public static async Task<int> RunAsync(string[] arguments)
    {
        var program = Path.GetFullPath(arguments[0]);
        var faults = arguments.Length > 1 ? int.Parse(arguments[1], CultureInfo.InvariantCulture) : 100;
        var seed = arguments.Length > 2 ? int.Parse(arguments[2], CultureInfo.InvariantCulture) : 20261125;
        using var deadline = new CancellationTokenSource(TimeSpan.FromHours(2));
        await using var stage = await ScaleStage.StartAsync(partitions: 4);
        Console.Error.WriteLine($"logs in {stage.Folder}");
        await stage.SetUpAsync(program);
        ScaleProcess[] ingesters = [stage.Add("ingest-1", "ingest", program), stage.Add("ingest-2", "ingest", program)];
        stage.Add("detect-1", "detect", program);
        stage.Add("detect-2", "detect", program);
        stage.Add("index", "index,api", program);
        await Task.WhenAll(stage.Processes.Select(p => p.ReadyAsync(deadline.Token)));

        var loads = s_recordings.Select((name, i) => new ScaleLoad(name, ScaleLoad.Recording(name), [.. ingesters.Select(p => p.Url)], seed + i)).ToList();
        var (done, head) = (0, 0.0);
        var posting = Task.WhenAll(loads.Select(load => load.RunAsync(() => head + (1 - head) * (done + 1) / (faults + 1), deadline.Token)));
        // Whoever is told of alerts comes when some have been raised: what was published before it first listened must wait for it.
        long early;
        await using (var state = await stage.OpenStateAsync())
            for (; (early = await state.CountAlertsAsync(deadline.Token)) < 20; head = Math.Min(0.5, head + 0.005)) await Task.Delay(250, deadline.Token);
        await stage.Add("notify", "notify", program).ReadyAsync(deadline.Token);
        var random = new Random(seed);
        var tried = new SortedDictionary<string, int>(StringComparer.Ordinal);
        var watch = Stopwatch.StartNew();
        for (; done < faults; done++)
        {
            await Task.Delay(random.Next(200, 2500), deadline.Token);
            // One of them is in every series, however short.
            var fault = done == faults / 2 ? ScaleFault.Rolling : ScaleFault.Pick(random);
            Console.Error.WriteLine($"{watch.Elapsed.TotalSeconds,6:F0} s  {done + 1}/{faults}  {fault.What}; acknowledged {string.Join(' ', loads.Select(l => $"{l.Acknowledged}/{l.Bodies}"))}");
            tried[fault.Kind] = tried.GetValueOrDefault(fault.Kind) + 1;
            await fault.DoAsync(stage, deadline.Token);
        }
        await Task.WhenAll(stage.Processes.Select(p => p.ReadyAsync(deadline.Token)));
        await posting;
        var seconds = watch.Elapsed.TotalSeconds;
        var found = await new ScaleAudit(stage, program).RunAsync(loads, deadline.Token);

        Console.WriteLine($"Seed {seed}, {seconds:F0} s under load, {loads.Sum(l => l.Acknowledged)} posts acknowledged, {loads.Sum(l => l.Failed)} without a good answer (sent again), {loads.Sum(l => l.Repeated)} sent again though acknowledged; " +
                          $"{stage.Processes.Sum(p => p.Ends)} times a process ended by itself because a server that it needs was away at its start; " +
                          $"{stage.Processes.Sum(p => p.Overdue)} times one did not end within 30 s of SIGTERM; {early} alerts were raised before the first `notify` process began.\n");
        Console.WriteLine("| fault | times |\n|---|---|");
        foreach (var (kind, times) in tried) Console.WriteLine($"| {kind} | {times} |");
        Console.WriteLine($"| **all** | **{faults}** |\n");
        Console.WriteLine("| accepted (distinct) | journaled (distinct) | lost | doubled | indexed | alerts of scan | alerts raised | differing | told of | told again |\n|---|---|---|---|---|---|---|---|---|---|");
        Console.WriteLine($"| {found.Accepted} | {found.Journaled} | {found.Missing} | {found.JournaledTwice} | {found.Indexed} | {found.Scanned} | {found.Raised} | {found.Differing} | {found.Told} | {found.ToldAgain} |\n");
        foreach (var fault in found.Faults.Take(30)) Console.WriteLine($"- {fault}");
        if (found.Holds) Console.WriteLine("Everything holds.");
        else Console.Error.WriteLine($"logs: {stage.Folder}");
        return found.Holds ? 0 : 1;
    }
}
