using System.Globalization;
using System.Net;
using System.Text.Json;
using AuditWatch.Tests.Running;
using Xunit;

namespace AuditWatch.Tests.Serving;

/// <summary>SIGKILL at random moments under load: what was acknowledged is in journal and index once, and every alert is raised once, chains included.</summary>
public sealed class KillTests(ITestOutputHelper output)
{
    static readonly int Kills = int.TryParse(Environment.GetEnvironmentVariable("AUDITWATCH_KILLS"), NumberStyles.None, CultureInfo.InvariantCulture, out var n) ? n : 10;

    [Fact]
    public async Task Whatever_moment_it_is_killed_at_nothing_acknowledged_is_lost_and_nothing_is_doubled()
    {
        const int seed = 20261125;
        var random = new Random(seed);
        var data = Path.Combine(Directory.CreateTempSubdirectory("aw-kill").FullName, "data");
        await using var server = new ServerProcess(data);
        var bodies = Recorded.Bodies(5);
        // One that holds an item which nobody can take; it may be posted again and again.
        bodies.Insert(random.Next(bodies.Count / 4), Recorded.Body(["{\"hello\":1}"u8.ToArray()]));
        var left = new Queue<byte[]>(bodies);
        var share = bodies.Count / (Kills + 1);
        await server.StartAsync();
        for (var kill = 0; kill < Kills; kill++)
        {
            // A post that got no answer is sent again, as the API server does.
            var dying = Task.Delay(random.Next(20, 900), TestContext.Current.CancellationToken).ContinueWith(_ => server.KillAsync(), TaskScheduler.Default).Unwrap();
            await PostUntilDeadAsync(server, left, left.Count - share, bodies, random);
            await dying;
            await server.StartAsync();
        }
        while (left.TryDequeue(out var body)) Assert.Equal(HttpStatusCode.OK, (await server.PostAsync("kill", body)).StatusCode);
        await server.QuietAsync();

        var expectedEvents = Recorded.Lines().Count;
        var rows = await server.ListAsync("events");
        Assert.Equal(expectedEvents, rows.Count);
        Assert.Equal(expectedEvents, rows.Select(r => r.GetProperty("event_id").GetString()).Distinct().Count());

        Assert.Equal(["not-an-audit-event"], (await server.QuarantineAsync(1)).Select(q => q.GetProperty("reason").GetString()));

        var scanned = (await AuditWatchCommand.RunAsync("scan", AuditWatchCommand.Recording, "--cluster", "kill", "--format", "ndjson")).Lines.Select(AlertIdOf).ToList();
        var raised = (await server.ListAsync("alerts")).Select(a => a.GetProperty("alert_id").GetString()!).ToList();
        Assert.Equal(scanned.Order(StringComparer.Ordinal), raised.Order(StringComparer.Ordinal));

        await server.KillAsync();
        var verify = await AuditWatchCommand.RunAsync("journal", "verify", "--data", data);
        Assert.Equal(0, verify.ExitCode);
        var export = await AuditWatchCommand.RunAsync("journal", "export", "--data", data);
        Assert.Equal(expectedEvents, export.Lines.Length);
        output.WriteLine($"seed {seed}, {Kills} kills, {expectedEvents} events, {raised.Count} alerts");
    }

    // Each life posts its share; when that is done before it is killed, it posts old bodies again, as an API server that lost an answer does.
    static async Task PostUntilDeadAsync(ServerProcess server, Queue<byte[]> left, int until, List<byte[]> all, Random random)
    {
        while (true)
        {
            try
            {
                var isNew = left.Count > until && left.Count > 0;
                using var response = await server.PostAsync("kill", isNew ? left.Peek() : all[random.Next(all.Count - left.Count + 1)]);
                if (isNew && response.StatusCode == HttpStatusCode.OK) left.Dequeue();
            }
            catch (HttpRequestException)
            {
                return;
            }
        }
    }

    static string AlertIdOf(string line)
    {
        using var alert = JsonDocument.Parse(line);
        return alert.RootElement.GetProperty("alert_id").GetString()!;
    }
}
