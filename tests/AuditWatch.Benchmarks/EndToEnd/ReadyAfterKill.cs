using System.Diagnostics;
using System.Globalization;

namespace AuditWatch.Benchmarks.EndToEnd;

/// <summary>
/// How long <c>serve</c> needs to take posts again after a SIGKILL under load, with a journal of several gigabytes that no reader has read. The journal is grown by
/// appending its segments again, renumbered and chained, so that it is one that the server could have written itself.
/// </summary>
internal static class ReadyAfterKill
{
    /// <summary>Arguments: CORPUS.ndjson AUDITWATCH.dll GIGABYTES [SECONDS of load before the kill].</summary>
    public static async Task<int> RunAsync(string[] arguments)
    {
        var bodies = new CorpusBodies(arguments[0], 250);
        var wanted = (long)(double.Parse(arguments[2], CultureInfo.InvariantCulture) * (1L << 30));
        var seconds = arguments.Length > 3 ? int.Parse(arguments[3], CultureInfo.InvariantCulture) : 20;
        var work = Directory.CreateTempSubdirectory("aw-ready").FullName;
        var data = Path.Combine(work, "data");
        Console.WriteLine("| journal, bytes | segments | counts beside them | ready after, s | read until then, MB | first post answered after, s |\n|---|---|---|---|---|---|");
        try
        {
            await KillUnderLoadAsync(bodies, arguments[1], data, seconds);
            GrownJournal.Grow(Path.Combine(data, "journal"), wanted);
            // The first start finds no counts, the second those that the first one left.
            for (var start = 0; start < 2; start++) await MeasureAsync(bodies, arguments[1], data, start);
        }
        finally
        {
            Directory.Delete(work, recursive: true);
        }
        return 0;
    }

    static async Task KillUnderLoadAsync(CorpusBodies bodies, string program, string data, int seconds)
    {
        using var server = Serve(program, data);
        var load = LoadedServer.PostAsync("http://127.0.0.1:18183/ingest/v1/clusters/load", bodies, seconds, 8, null);
        await Task.WhenAny(load, Task.Delay(TimeSpan.FromSeconds(seconds + 30)));
        server.Kill();
        await server.WaitForExitAsync();
    }

    static async Task MeasureAsync(CorpusBodies bodies, string program, string data, int start)
    {
        var journal = new DirectoryInfo(Path.Combine(data, "journal"));
        var counts = journal.EnumerateFiles("counts-*").Count();
        var segments = journal.EnumerateFiles("segment-*").ToList();
        using var http = new HttpClient { Timeout = TimeSpan.FromSeconds(5) };
        var watch = Stopwatch.StartNew();
        using var server = Serve(program, data);
        while (!await IsReadyAsync(http)) await Task.Delay(20);
        var ready = watch.Elapsed.TotalSeconds;
        var read = File.ReadLines($"/proc/{server.Id}/io").Where(l => l.StartsWith("rchar:", StringComparison.Ordinal)).Select(l => double.Parse(l.AsSpan(6), CultureInfo.InvariantCulture)).First() / (1 << 20);
        using var content = new ByteArrayContent(bodies.Take(1_000_000 + start));
        using var answer = await http.PostAsync("http://127.0.0.1:18183/ingest/v1/clusters/load", content);
        answer.EnsureSuccessStatusCode();
        var posted = watch.Elapsed.TotalSeconds;
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"| {segments.Sum(s => s.Length)} | {segments.Count} | {counts} | {ready:F2} | {read:F0} | {posted:F2} |"));
        await Task.Delay(3000);
        server.Kill();
        await server.WaitForExitAsync();
    }

    static Process Serve(string program, string data) => LoadedServer.Start("dotnet", [program], "serve", "--data", data, "--listen", "http://127.0.0.1:18183");

    static async Task<bool> IsReadyAsync(HttpClient http)
    {
        try
        {
            using var answer = await http.GetAsync("http://127.0.0.1:18183/readyz");
            return answer.IsSuccessStatusCode;
        }
        catch (Exception fault) when (fault is HttpRequestException or TaskCanceledException)
        {
            return false;
        }
    }
}
