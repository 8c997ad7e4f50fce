using System.Diagnostics;
using System.Globalization;

namespace AuditWatch.Benchmarks.EndToEnd;

/// <summary>
/// <c>serve</c> under load, and the reference receiver under the same load in the same run. Accepted is not enough: the clock stops when everything accepted is
/// journaled, detected and indexed. Then a paced run of 4,000 events a second measures how long an acknowledgement takes.
/// </summary>
internal static class ServeLoad
{
    /// <summary>Arguments: CORPUS.ndjson AUDITWATCH.dll SECONDS [CONNECTIONS].</summary>
    public static async Task<int> RunAsync(string[] arguments)
    {
        var bodies = new CorpusBodies(arguments[0], 500);
        var seconds = int.Parse(arguments[2], CultureInfo.InvariantCulture);
        var connections = arguments.Length > 3 ? int.Parse(arguments[3], CultureInfo.InvariantCulture) : 8;
        var work = Directory.CreateTempSubdirectory("aw-load").FullName;

        using var reference = LoadedServer.StartSelf("receiver", "18181", Path.Combine(work, "reference.bin"));
        var referenceRate = await LoadedServer.PostAsync("http://127.0.0.1:18181/x", bodies, seconds, connections, null);
        var referenceCpu = reference.TotalProcessorTime.TotalSeconds;
        reference.Kill();

        using var server = LoadedServer.Start("dotnet", [arguments[1]], "serve", "--data", Path.Combine(work, "data"), "--listen", "http://127.0.0.1:18182");
        var watch = Stopwatch.StartNew();
        var accepted = await LoadedServer.PostAsync("http://127.0.0.1:18182/ingest/v1/clusters/load", bodies, seconds, connections, null);
        await LoadedServer.DrainAsync("http://127.0.0.1:18182/metrics");
        var rate = accepted.Events / (watch.Elapsed.TotalSeconds - accepted.StartSeconds);
        var cpu = server.TotalProcessorTime.TotalSeconds;
        var paced = await LoadedServer.PostAsync("http://127.0.0.1:18182/ingest/v1/clusters/paced", bodies, Math.Min(seconds, 60), 4, 10);
        var peak = MeasuredRun.ResidentMegabytes(server.Id);
        server.Kill();

        Console.WriteLine($"{seconds} s, {connections} connections, batches of {bodies.Events} events\n");
        Console.WriteLine("| what | figure |\n|---|---|");
        Row("reference receiver (read, zstd, SHA-256, fsync), events/s", referenceRate.Events / referenceRate.Seconds);
        Row("serve: accepted, journaled, detected, indexed, events/s", rate);
        Row("ratio", rate / (referenceRate.Events / referenceRate.Seconds));
        Row("reference receiver, CPU seconds per 1 M events", referenceCpu / referenceRate.Events * 1e6);
        Row("serve, CPU seconds per 1 M events (its start included)", cpu / accepted.Events * 1e6);
        Row("refused (429/503)", accepted.Refused);
        Row("at 4,000 events/s: acknowledgement p50, ms", paced.Percentile(0.5));
        Row("at 4,000 events/s: acknowledgement p99, ms", paced.Percentile(0.99));
        Row("peak resident memory, MB", peak);
        Directory.Delete(work, recursive: true);
        return 0;
    }

    static void Row(string what, double figure) => Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"| {what} | {figure:F2} |"));
}
