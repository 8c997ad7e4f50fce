using System.Diagnostics;
using System.Globalization;
using System.Net;

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

        using var reference = Start("dotnet", Environment.ProcessPath is { } self && !self.EndsWith("dotnet", StringComparison.Ordinal) ? [] : [typeof(ServeLoad).Assembly.Location], "receiver", "18181", Path.Combine(work, "reference.bin"));
        var referenceRate = await PostAsync("http://127.0.0.1:18181/x", bodies, seconds, connections, null);
        reference.Kill();

        using var server = Start("dotnet", [arguments[1]], "serve", "--data", Path.Combine(work, "data"), "--listen", "http://127.0.0.1:18182");
        var watch = Stopwatch.StartNew();
        var accepted = await PostAsync("http://127.0.0.1:18182/ingest/v1/clusters/load", bodies, seconds, connections, null);
        await DrainAsync("http://127.0.0.1:18182/metrics");
        var rate = accepted.Events / (watch.Elapsed.TotalSeconds - accepted.StartSeconds);
        var paced = await PostAsync("http://127.0.0.1:18182/ingest/v1/clusters/paced", bodies, Math.Min(seconds, 60), 4, 10);
        var peak = MeasuredRun.ResidentMegabytes(server.Id);
        server.Kill();

        Console.WriteLine($"{seconds} s, {connections} connections, batches of {bodies.Events} events\n");
        Console.WriteLine("| what | figure |\n|---|---|");
        Row("reference receiver (read, zstd, SHA-256, fsync), events/s", referenceRate.Events / referenceRate.Seconds);
        Row("serve: accepted, journaled, detected, indexed, events/s", rate);
        Row("ratio", rate / (referenceRate.Events / referenceRate.Seconds));
        Row("refused (429/503)", accepted.Refused);
        Row("at 4,000 events/s: acknowledgement p50, ms", paced.Percentile(0.5));
        Row("at 4,000 events/s: acknowledgement p99, ms", paced.Percentile(0.99));
        Row("peak resident memory, MB", peak);
        Directory.Delete(work, recursive: true);
        return 0;
    }

    static void Row(string what, double figure) => Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"| {what} | {figure:F2} |"));

    static Process Start(string program, string[] first, params string[] rest)
    {
        var start = new ProcessStartInfo(first.Length == 0 ? Environment.ProcessPath! : program) { RedirectStandardError = true, RedirectStandardOutput = true };
        foreach (var argument in first.Concat(rest)) start.ArgumentList.Add(argument);
        var process = Process.Start(start)!;
        process.OutputDataReceived += (_, _) => { };
        process.ErrorDataReceived += (_, _) => { };
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        return process;
    }

    sealed record Load(long Events, double Seconds, double StartSeconds, long Refused, List<double> Milliseconds)
    {
        public double Percentile(double share)
        {
            Milliseconds.Sort();
            return Milliseconds.Count == 0 ? 0 : Milliseconds[Math.Min(Milliseconds.Count - 1, (int)(Milliseconds.Count * share))];
        }
    }

    static async Task<Load> PostAsync(string url, CorpusBodies bodies, int seconds, int connections, double? postsPerSecond)
    {
        using var http = new HttpClient(new SocketsHttpHandler { MaxConnectionsPerServer = connections }) { Timeout = TimeSpan.FromSeconds(60) };
        var waited = Stopwatch.StartNew();
        while (!await AnswersAsync(http, url)) await Task.Delay(100);
        var startSeconds = waited.Elapsed.TotalSeconds;
        var watch = Stopwatch.StartNew();
        long next = 0, events = 0, refused = 0;
        var times = new List<double>();
        await Task.WhenAll(Enumerable.Range(0, connections).Select(_ => Task.Run(async () =>
        {
            while (watch.Elapsed.TotalSeconds < seconds)
            {
                var n = Interlocked.Increment(ref next) - 1;
                if (postsPerSecond is { } pace && n / pace - watch.Elapsed.TotalSeconds is > 0 and var early) await Task.Delay(TimeSpan.FromSeconds(early));
                using var content = new ByteArrayContent(bodies.Take(n));
                var sent = Stopwatch.GetTimestamp();
                using var response = await http.PostAsync(url, content);
                lock (times) times.Add(Stopwatch.GetElapsedTime(sent).TotalMilliseconds);
                if (response.StatusCode == HttpStatusCode.OK) Interlocked.Add(ref events, bodies.Events);
                else
                {
                    Interlocked.Increment(ref refused);
                    await Task.Delay(response.Headers.RetryAfter?.Delta ?? TimeSpan.FromSeconds(1));
                }
            }
        })));
        return new Load(events, watch.Elapsed.TotalSeconds, startSeconds, refused, times);
    }

    static async Task<bool> AnswersAsync(HttpClient http, string url)
    {
        try
        {
            using var content = new ByteArrayContent("""{"kind":"EventList","apiVersion":"audit.k8s.io/v1","metadata":{},"items":[]}"""u8.ToArray());
            using var response = await http.PostAsync(url, content);
            return response.IsSuccessStatusCode;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }

    static async Task DrainAsync(string metrics)
    {
        using var http = new HttpClient();
        while (true)
        {
            var text = await http.GetStringAsync(metrics);
            if (Value(text, "auditwatch_detection_lag_events") == 0 && Value(text, "auditwatch_index_lag_events") == 0) return;
            await Task.Delay(100);
        }
    }

    static double Value(string metrics, string name)
    {
        var line = metrics.Split('\n').FirstOrDefault(l => l.StartsWith(name, StringComparison.Ordinal));
        if (line is null) return -1;
        var words = line.Split(' ');
        return double.Parse(words[1], CultureInfo.InvariantCulture);
    }
}
