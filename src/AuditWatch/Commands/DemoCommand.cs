using System.CommandLine;
using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using AuditWatch.Cli.Output;
using AuditWatch.Events.Framing;
using AuditWatch.Server.Configuration;
using AuditWatch.Server.Hosting;

namespace AuditWatch.Cli.Commands;

/// <summary>
/// <c>auditwatch demo</c>: brings the whole server up with its embedded defaults in a folder of its own, posts a recorded attack to its webhook as an API server
/// would, and shows the alerts as they fire.
/// </summary>
internal static class DemoCommand
{
    const string Cluster = "demo";
    const int EventsPerPost = 100;

    public static Command Build(Terminal terminal)
    {
        var command = new Command("demo", "Replays a recorded attack through the real pipeline and shows the alerts as they fire. Needs nothing, ends by itself.");
        var format = OutputOptions.Format();
        command.Add(format);
        command.SetAction((parse, stop) => RunAsync(terminal, OutputOptions.Choose(parse.GetValue(format), terminal), stop));
        return command;
    }

    static async Task<int> RunAsync(Terminal terminal, OutputFormat format, CancellationToken stop)
    {
        var data = Path.Combine(Directory.CreateTempSubdirectory("auditwatch-demo-").FullName, "data");
        var url = $"http://127.0.0.1:{FreePort()}";
        terminal.Note("Bringing AuditWatch up: journal, detection, index, alert bus, HTTP API, all in this process.");
        var config = new AuditWatchConfig { Data = data, Listen = [url] };
        var log = new List<string>();
        int alerts;
        await using (var host = await AuditWatchHost.StartAsync(config, TimeProvider.System, log.Add, stop, quiet: true))
        {
            var posts = Posts().ToList();
            terminal.Note($"Replaying {posts.Sum(p => p.Events)} audit events of a real control plane, staged attacks among everyday traffic, to {url}/ingest/v1/clusters/{Cluster}");
            terminal.Note("");
            var progress = new ProgressBar(terminal, posts.Sum(p => (long)p.Body.Length));
            using var shown = new AlertFeed(host.Queries, terminal, format, progress);
            using var http = new HttpClient();
            foreach (var (body, events) in posts)
            {
                using var content = new ByteArrayContent(body);
                using var answer = await http.PostAsync($"{url}/ingest/v1/clusters/{Cluster}", content, stop);
                answer.EnsureSuccessStatusCode();
                progress.Add(body.Length, events);
                await shown.ShowNewAsync(stop);
            }
            await shown.SettleAsync(host, stop);
            progress.End();
            alerts = shown.End();
        }
        foreach (var line in log) terminal.Note(line);
        terminal.Note("");
        terminal.Note($"{alerts} alerts. Each says who did what, and points at its evidence in the journal. Look next:");
        terminal.Note($"  auditwatch alerts list --data {data} --min-level critical --format table");
        terminal.Note($"  auditwatch timeline --data {data} --user dave --around 2026-11-23T09:30:00Z --window 5m");
        terminal.Note($"  auditwatch sql \"select verb, resource, count(*) from events group by all order by 3 desc\" --data {data}");
        terminal.Note($"  auditwatch journal verify --data {data}");
        terminal.Note($"  auditwatch serve --data {data}      then http://127.0.0.1:9443/api/v1/alerts");
        return ExitCode.Done;
    }

    static IEnumerable<(byte[] Body, int Events)> Posts()
    {
        using var file = File.OpenRead(Path.Combine(AppContext.BaseDirectory, "Demo", "recording.ndjson.zst"));
        foreach (var batch in DocumentFramer.ReadDocuments(file).Select(d => d.Utf8.ToArray()).Chunk(EventsPerPost))
        {
            using var body = new MemoryStream();
            body.Write("""{"kind":"EventList","apiVersion":"audit.k8s.io/v1","metadata":{},"items":["""u8);
            for (var i = 0; i < batch.Length; i++)
            {
                if (i > 0) body.WriteByte((byte)',');
                body.Write(batch[i]);
            }
            body.Write("]}"u8);
            yield return (body.ToArray(), batch.Length);
        }
    }

    static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
