using System.Globalization;
using AuditWatch.Testing;

namespace AuditWatch.Benchmarks.EndToEnd.Ingest;

/// <summary>A source that is posted to, over HTTP on loopback. The receiver is a process of its own, and the CPU is its own.</summary>
internal sealed class PostContest(string name, string path, IBodies bodies, int seconds) : IngestContest
{
    const int Connections = 8, WarmingEvents = 120_000;

    public override string Name => name;

    public override Task<IngestRun> BareAsync() => MeasureAsync("receiver", "-");

    public override Task<IngestRun> ReferenceAsync(string folder) => MeasureAsync("receiver", Path.Combine(folder, "reference.bin"));

    public override Task<IngestRun> OursAsync(string folder) => MeasureAsync("ingest-receiver", folder);

    public override ValueTask DisposeAsync() => ValueTask.CompletedTask;

    async Task<IngestRun> MeasureAsync(string receiver, string place)
    {
        var port = KitServer.FreePort().ToString(CultureInfo.InvariantCulture);
        using var process = LoadedServer.StartSelf(receiver, port, place);
        try
        {
            // What is compiled on the way is compiled before: by a number of events, not by time, which would favour who has less to compile on a machine with little to give.
            await LoadedServer.PostAsync($"http://127.0.0.1:{port}{path}", bodies, 60, Connections, null, WarmingEvents / bodies.Events);
            process.Refresh();
            var cpu = process.TotalProcessorTime.TotalSeconds;
            var load = await LoadedServer.PostAsync($"http://127.0.0.1:{port}{path}", new Later(bodies), seconds, Connections, null);
            process.Refresh();
            if (load.Refused > 0) throw new InvalidOperationException($"{name}: {load.Refused} posts were refused.");
            return new IngestRun(load.Events, load.Seconds, process.TotalProcessorTime.TotalSeconds - cpu);
        }
        finally
        {
            process.Kill();
            await process.WaitForExitAsync();
        }
    }

    // Not those of the first seconds once more: they would be repeats.
    sealed class Later(IBodies bodies) : IBodies
    {
        public int Events => bodies.Events;

        public byte[] Take(long n) => bodies.Take(n + 1_000_000);
    }
}
