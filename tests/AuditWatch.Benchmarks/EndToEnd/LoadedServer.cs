using System.Diagnostics;
using System.Globalization;
using System.Net;

namespace AuditWatch.Benchmarks.EndToEnd;

/// <summary>A receiver as a process of its own, and who posts to it.</summary>
internal static class LoadedServer
{
    /// <summary>This program again.</summary>
    public static Process StartSelf(params string[] arguments) =>
        Start("dotnet", Environment.ProcessPath is { } self && !self.EndsWith("dotnet", StringComparison.Ordinal) ? [] : [typeof(LoadedServer).Assembly.Location], arguments);

    public static Process Start(string program, string[] first, params string[] rest)
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

    public sealed record Load(long Events, double Seconds, double StartSeconds, long Refused, List<double> Milliseconds)
    {
        public double Percentile(double share)
        {
            Milliseconds.Sort();
            return Milliseconds.Count == 0 ? 0 : Milliseconds[Math.Min(Milliseconds.Count - 1, (int)(Milliseconds.Count * share))];
        }
    }

    /// <summary>Posts for so long, or so many bodies, whatever comes first.</summary>
    public static async Task<Load> PostAsync(string url, IBodies bodies, int seconds, int connections, double? postsPerSecond, long most = long.MaxValue)
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
                if (n >= most) break;
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

    public static async Task DrainAsync(string metrics)
    {
        using var http = new HttpClient();
        while (true)
        {
            var text = await http.GetStringAsync(metrics);
            if (Value(text, "auditwatch_detection_lag_events") == 0 && Value(text, "auditwatch_index_lag_events") == 0) return;
            await Task.Delay(100);
        }
    }

    public static double Value(string metrics, string name)
    {
        var line = metrics.Split('\n').FirstOrDefault(l => l.StartsWith(name, StringComparison.Ordinal));
        if (line is null) return -1;
        var words = line.Split(' ');
        return double.Parse(words[1], CultureInfo.InvariantCulture);
    }
}
