using System.Collections.Concurrent;
using System.Net;
using System.Text;
using System.Text.Json;
using ZstdSharp;

namespace AuditWatch.Benchmarks.Scale;

/// <summary>
/// One cluster's API server: posts its recording in order, to one ingester as long as that answers, then to another; what got no answer is sent again until it has one, and now and then
/// something that had one is sent again too.
/// </summary>
internal sealed class ScaleLoad(string cluster, IReadOnlyList<string> lines, IReadOnlyList<string> ingesters, int seed, int eventsEach = 8)
{
    readonly Random _random = new(seed);
    readonly List<byte[]> _bodies = [.. lines.Chunk(eventsEach).Select(BodyOf)];
    int _at = seed;

    public string Cluster => cluster;

    public IReadOnlyList<string> Lines => lines;

    public int Bodies => _bodies.Count;

    /// <summary>Bodies that were acknowledged.</summary>
    public int Acknowledged { get; private set; }

    /// <summary>Posts that got another answer than 200, or none.</summary>
    public int Failed { get; private set; }

    /// <summary>Posts of something that was acknowledged before.</summary>
    public int Repeated { get; private set; }

    public static List<string> Recording(string name)
    {
        using var file = File.OpenRead(Path.Combine(Testing.Kit.Recordings!, name, "audit.log.zst"));
        using var unpacked = new DecompressionStream(file);
        using var text = new StreamReader(unpacked, Encoding.UTF8);
        var lines = new List<string>();
        while (text.ReadLine() is { } line) lines.Add(line);
        return lines;
    }

    /// <summary>Posts everything; <paramref name="share"/> says which part of it may be sent by now.</summary>
    public async Task RunAsync(Func<double> share, CancellationToken stop)
    {
        using var http = new HttpClient(new SocketsHttpHandler { PooledConnectionIdleTimeout = TimeSpan.FromSeconds(5), ConnectTimeout = TimeSpan.FromSeconds(2) }) { Timeout = TimeSpan.FromSeconds(12) };
        while (Acknowledged < _bodies.Count)
        {
            if (Acknowledged >= share() * _bodies.Count)
            {
                await Task.Delay(20, stop);
                continue;
            }
            if (!await PostAsync(http, _bodies[Acknowledged], stop)) continue;
            Acknowledged++;
            if (_random.Next(50) == 0)
            {
                Repeated++;
                _at += _random.Next(2);
                await PostAsync(http, _bodies[_random.Next(Acknowledged)], stop);
            }
        }
    }

    async Task<bool> PostAsync(HttpClient http, byte[] body, CancellationToken stop)
    {
        try
        {
            using var content = new ByteArrayContent(body);
            using var answer = await http.PostAsync($"{ingesters[_at % ingesters.Count]}/ingest/v1/clusters/{cluster}", content, stop);
            if (answer.StatusCode == HttpStatusCode.OK) return true;
        }
        catch (Exception fault) when (fault is HttpRequestException or TaskCanceledException && !stop.IsCancellationRequested)
        {
            // No answer: nobody knows whether it was taken.
        }
        Failed++;
        _at++;
        await Task.Delay(100, stop);
        return false;
    }

    static byte[] BodyOf(string[] events) => Encoding.UTF8.GetBytes($$"""{"kind":"EventList","apiVersion":"audit.k8s.io/v1","metadata":{},"items":[{{string.Join(',', events)}}]}""");

    /// <summary>What names an event of one stage of one request.</summary>
    public static string KeyOf(string line)
    {
        using var json = JsonDocument.Parse(line);
        string Text(string name) => json.RootElement.TryGetProperty(name, out var value) ? value.GetString()! : "";
        return $"{Text("auditID")} {Text("stage")} {Text("requestReceivedTimestamp")} {Text("stageTimestamp")}";
    }
}
