using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.Json;
using AuditWatch.Testing;
using AuditWatch.Tests.Running;
using Xunit;

namespace AuditWatch.Tests.Serving;

/// <summary>Three API servers that retry as the real one does, against a server that sheds and is killed: whatever was acknowledged is in the journal once, and whatever is not there, they count themselves. The long run is <c>.ci/long webhook</c>.</summary>
public sealed class EmulatedApiServerTests(ITestOutputHelper output)
{
    const int Servers = 3, Each = 2400;

    [Fact]
    public async Task What_was_acknowledged_is_in_the_journal_once_through_refusals_and_a_kill_and_the_rest_is_accounted_for_by_the_sender()
    {
        var folder = Directory.CreateTempSubdirectory("aw-emulated").FullName;
        await using var server = new ServerProcess(Path.Combine(folder, "data"), "http", [("AUDITWATCH_JOURNAL__HIGH_WATER", "1")]);
        await server.StartAsync();
        var acknowledged = new ConcurrentDictionary<string, bool>();
        var options = new ApiServerEmulatorOptions { BatchSize = 100, BatchWait = TimeSpan.FromMilliseconds(300), PostsPerSecond = 40, InitialBackoff = TimeSpan.FromSeconds(2), Seed = 20261125 };
        var senders = Enumerable.Range(0, Servers).Select(s => new ApiServerEmulator(new Uri(server.Url + "/ingest/v1/clusters/prod"), options, number => Encoding.UTF8.GetBytes(Line(s, number)))
        {
            OnAcknowledged = batch => { foreach (var number in batch) acknowledged[Id(s, number)] = true; },
        }).ToList();
        foreach (var sender in senders) sender.Start();
        Offer(0, Each / 2);
        await UntilAsync(() => acknowledged.Count > 500);
        // In the middle of it; they go on meanwhile.
        await server.KillAsync();
        Offer(Each / 2, Each / 2 + 600);
        await UntilAsync(() => senders.TrueForAll(s => s.Failed > 0));
        await server.StartAsync();
        Offer(Each / 2 + 600, Each);
        foreach (var sender in senders) await sender.CompleteAsync();
        foreach (var sender in senders)
            Assert.Equal((long)Each, sender.Acknowledged + sender.GivenUp + sender.Dropped);
        Assert.True(senders.Sum(s => s.Refused) > 0, "Nothing was refused, so nothing was shown of it.");

        await server.SettleAsync();
        Assert.Equal(0, await server.TerminateAsync());
        var export = await AuditWatchCommand.RunAsync("journal", "export", "--data", server.Data, "--limit", "0");
        var journaled = export.Lines.Select(l => JsonElement.Parse(l).GetProperty("event").GetProperty("auditID").GetString()!).ToList();
        Assert.Equal(journaled.Count, journaled.Distinct().Count());
        Assert.Empty(acknowledged.Keys.Except(journaled));
        // What the journal has beside is what was taken and whose answer the kill swallowed, and what was given up all the same.
        Assert.True(journaled.Count - acknowledged.Count <= senders.Sum(s => s.GivenUp), "More is in the journal than was acknowledged or given up.");
        output.WriteLine($"seed {options.Seed}: {Servers * Each} events offered, {acknowledged.Count} acknowledged and all of them here, {senders.Sum(s => s.GivenUp)} given up, {senders.Sum(s => s.Dropped)} dropped; {senders.Sum(s => s.Posts)} posts, {senders.Sum(s => s.Refused)} refused, {senders.Sum(s => s.Failed)} without an answer.");

        void Offer(int from, int to)
        {
            for (var number = from; number < to; number++)
                foreach (var sender in senders) sender.Offer(number);
        }
    }

    static async Task UntilAsync(Func<bool> holds)
    {
        for (var watch = Stopwatch.StartNew(); !holds();)
        {
            Assert.True(watch.Elapsed < TimeSpan.FromSeconds(90), "Waited in vain.");
            await Task.Delay(20, TestContext.Current.CancellationToken);
        }
    }

    static string Id(int server, long number) => string.Create(CultureInfo.InvariantCulture, $"{server:x8}-0000-4000-8000-{number:x12}");

    static string Line(int server, long number) => AuditLine.Of(Id(server, number), resource: "pods");
}
