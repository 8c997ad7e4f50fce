using System.Diagnostics;
using System.Globalization;
using System.Text;
using AuditWatch.Testing;

namespace AuditWatch.Benchmarks.EndToEnd;

/// <summary>
/// Three emulated API servers, each with Kubernetes' own limits, post 10,000 events a second in all; then three without their limit on posts send as much as this
/// machine does not take. End to end: what was offered, acknowledged, dropped by the senders, given up by them, and what the journal has.
/// </summary>
internal static class WebhookLoad
{
    const int Servers = 3, Seed = 20261125, EventsPerSecond = 10_000;
    const string Url = "http://127.0.0.1:18183";

    /// <summary>Arguments: AUDITWATCH.dll SECONDS.</summary>
    public static async Task<int> RunAsync(string[] arguments)
    {
        var seconds = int.Parse(arguments[1], CultureInfo.InvariantCulture);
        var work = Directory.CreateTempSubdirectory("aw-webhook").FullName;
        Environment.SetEnvironmentVariable("AUDITWATCH_JOURNAL__HIGH_WATER", "4MiB");
        using var server = LoadedServer.Start("dotnet", [arguments[0]], "serve", "--data", Path.Combine(work, "data"), "--listen", Url);
        await ReadyAsync();

        var paced = await SendAsync("paced", new ApiServerEmulatorOptions { Seed = Seed, BatchWait = TimeSpan.FromSeconds(1) }, EventsPerSecond / (double)Servers, seconds);
        await LoadedServer.DrainAsync(Url + "/metrics");
        // Their posts are not limited, and three times as many events come as before: more than is taken.
        var overload = await SendAsync("overload", new ApiServerEmulatorOptions { Seed = Seed + 1, BatchWait = TimeSpan.FromSeconds(1), PostsPerSecond = 1000, Burst = 1000 }, EventsPerSecond, Math.Min(seconds, 60));
        var watch = Stopwatch.StartNew();
        await LoadedServer.DrainAsync(Url + "/metrics");
        var drained = watch.Elapsed.TotalSeconds;
        var after = await SendAsync("after", new ApiServerEmulatorOptions { Seed = Seed + 2, BatchWait = TimeSpan.FromSeconds(1) }, 300, Math.Min(seconds, 10));
        await LoadedServer.DrainAsync(Url + "/metrics");
        using var http = new HttpClient();
        var journaled = (long)LoadedServer.Value(await http.GetStringAsync(Url + "/metrics"), "auditwatch_journal_events_total");
        var peak = MeasuredRun.ResidentMegabytes(server.Id);
        server.Kill();

        Console.WriteLine($"Seed {Seed}; {Servers} emulated API servers (buffer 10,000, batches of 400 or 1 s, five tries from 10 s on, Retry-After obeyed); high water 4 MiB.\n");
        Console.WriteLine($"| what | {seconds} s at {EventsPerSecond} events/s, 10 posts/s each | {Math.Min(seconds, 60)} s at {3 * EventsPerSecond} events/s, posts unlimited | after it, 900 events/s |\n|---|---|---|---|");
        Row("offered", r => r.Offered);
        Row("acknowledged", r => r.Acknowledged);
        Row("dropped by the senders (buffer full)", r => r.Dropped);
        Row("given up by the senders", r => r.GivenUp);
        Row("posts refused (429/503)", r => r.Refused);
        Row("posts without an answer", r => r.Failed);
        Row("acknowledged post, p50 ms", r => r.P50);
        Row("acknowledged post, p99 ms", r => r.P99);
        Row("seconds until all was accounted for", r => r.Seconds);
        var acknowledged = paced.Acknowledged + overload.Acknowledged + after.Acknowledged;
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"\nJournaled {journaled}, acknowledged {acknowledged}: {(journaled >= acknowledged ? "nothing acknowledged is lost" : $"{acknowledged - journaled} ACKNOWLEDGED EVENTS ARE LOST")}; {journaled - acknowledged} were taken whose answer did not reach the sender. Readers had caught up {drained:F0} s after the overload. Peak resident memory {peak:F0} MB."));
        Directory.Delete(work, recursive: true);
        return journaled >= acknowledged ? 0 : 1;

        void Row(string what, Func<Sent, double> figure) =>
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"| {what} | {figure(paced):F0} | {figure(overload):F0} | {figure(after):F0} |"));
    }

    sealed record Sent(long Offered, long Acknowledged, long Dropped, long GivenUp, long Refused, long Failed, double P50, double P99, double Seconds);

    static async Task<Sent> SendAsync(string cluster, ApiServerEmulatorOptions options, double eventsPerSecond, int seconds)
    {
        var senders = Enumerable.Range(0, Servers).Select(s => new ApiServerEmulator(new Uri($"{Url}/ingest/v1/clusters/{cluster}"), options with { Seed = options.Seed + s }, n => Event(s, n))).ToList();
        var watch = Stopwatch.StartNew();
        foreach (var sender in senders) sender.Start();
        await Task.WhenAll(senders.Select(sender => Task.Run(async () =>
        {
            for (long number = 0; watch.Elapsed.TotalSeconds < seconds; await Task.Delay(5))
                for (var due = (long)(watch.Elapsed.TotalSeconds * eventsPerSecond); number < due; number++) sender.Offer(number);
        })));
        foreach (var sender in senders) await sender.CompleteAsync();
        var times = senders.SelectMany(s => s.Latencies).Order().ToList();
        return new Sent(senders.Sum(s => s.Offered), senders.Sum(s => s.Acknowledged), senders.Sum(s => s.Dropped), senders.Sum(s => s.GivenUp), senders.Sum(s => s.Refused), senders.Sum(s => s.Failed),
            At(times, 0.5), At(times, 0.99), watch.Elapsed.TotalSeconds);
    }

    static double At(List<double> times, double share) => times.Count == 0 ? 0 : times[Math.Min(times.Count - 1, (int)(times.Count * share))];

    // What controllers do all day, each with an id of its own.
    static byte[] Event(int server, long number) => Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture,
        $$$"""{"level":"Metadata","auditID":"{{{server:x8}}}-0000-4000-8000-{{{number:x12}}}","stage":"ResponseComplete","requestURI":"/apis/coordination.k8s.io/v1/namespaces/kube-node-lease/leases/node-{{{number % 500}}}?timeout=10s","verb":"update","user":{"username":"system:node:node-{{{number % 500}}}","groups":["system:nodes","system:authenticated"],"extra":{"authentication.kubernetes.io/credential-id":["X509SHA256=4f2c{{{number % 500:x8}}}"]}},"sourceIPs":["10.1.{{{number % 500 / 256}}}.{{{number % 256}}}"],"userAgent":"kubelet/v1.36.3 (linux/amd64) kubernetes/faecb19","objectRef":{"resource":"leases","namespace":"kube-node-lease","name":"node-{{{number % 500}}}","apiGroup":"coordination.k8s.io","apiVersion":"v1"},"responseStatus":{"metadata":{},"code":200},"requestReceivedTimestamp":"2026-11-25T{{{number / 3_600_000 % 24:D2}}}:{{{number / 60_000 % 60:D2}}}:{{{number / 1000 % 60:D2}}}.{{{number % 1000:D3}}}000Z","stageTimestamp":"2026-11-25T{{{number / 3_600_000 % 24:D2}}}:{{{number / 60_000 % 60:D2}}}:{{{number / 1000 % 60:D2}}}.{{{number % 1000:D3}}}500Z","annotations":{"authorization.k8s.io/decision":"allow","authorization.k8s.io/reason":""}}"""));

    static async Task ReadyAsync()
    {
        using var http = new HttpClient();
        for (var watch = Stopwatch.StartNew(); ; await Task.Delay(100))
        {
            try
            {
                using var answer = await http.GetAsync(Url + "/readyz");
                if (answer.IsSuccessStatusCode) return;
            }
            catch (HttpRequestException) when (watch.Elapsed < TimeSpan.FromSeconds(90))
            {
                // Not yet.
            }
        }
    }
}
