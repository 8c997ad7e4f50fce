using System.Diagnostics;
using System.Globalization;
using AuditWatch.Events;
using AuditWatch.Ingest.Journal;
using AuditWatch.Ingest.Journal.Kafka;
using AuditWatch.Ingest.Tests.Journal.Kafka;
using Xunit;

namespace AuditWatch.Ingest.Tests.Journal;

/// <summary>A process of its own appends and says what was acknowledged, and is killed at random moments. AUDITWATCH_KILLS sets how often; default 10.</summary>
public sealed class KillTests : IDisposable
{
    internal const string Child = "AUDITWATCH_JOURNAL_CHILD";

    readonly DataFolder _folder = new();

    static CancellationToken Stop => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    // Eight appenders; half of what each sends was sent before, as a webhook's client does after a lost answer.
    internal static async Task AppendForever(string place)
    {
        var first = int.Parse(Environment.GetEnvironmentVariable(Child + "_FIRST")!, CultureInfo.InvariantCulture);
        await using IJournal journal = place.Split('|') is [var bootstrap, var topic]
            ? await KafkaJournal.OpenAsync(new KafkaJournalOptions { Bootstrap = bootstrap, Topic = topic }, new MemoryAssignments(), TimeProvider.System)
            : LocalJournal.Open(place, new LocalJournalOptions { SegmentBytes = 1 << 20 }, TimeProvider.System);
        using var output = Console.OpenStandardOutput();
        var gate = new Lock();
        var next = first;
        await Task.WhenAll(Enumerable.Range(0, 8).Select(worker => Task.Run(async () =>
        {
            var random = new Random(first + worker);
            for (var round = 0; round < 100_000; round++)
            {
                var begin = Interlocked.Add(ref next, 10) - 10;
                var repeat = random.Next(Math.Max(1, begin - 1000), begin + 1);
                var numbers = Enumerable.Range(begin, 10).Concat(Enumerable.Range(repeat, 10)).ToArray();
                await journal.AppendAsync(JournalContract.Batch("prod", numbers), default);
                var line = System.Text.Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{begin} {repeat} ok\n"));
                lock (gate) output.Write(line);
            }
        })));
    }

    [Fact]
    public async Task What_a_killed_process_acknowledged_is_in_the_journal_exactly_once()
    {
        var kills = int.TryParse(Environment.GetEnvironmentVariable("AUDITWATCH_KILLS"), out var wanted) ? wanted : 10;
        var random = new Random(20261125);
        var acknowledged = new HashSet<int>();
        var first = 1;
        for (var kill = 0; kill < kills; kill++)
        {
            var before = acknowledged.Count;
            foreach (var begin in await RunAndKillAsync(_folder.Journal, first, random))
            {
                acknowledged.UnionWith(Enumerable.Range(begin.Begin, 10));
                acknowledged.UnionWith(Enumerable.Range(begin.Repeat, 10));
            }
            Assert.True(acknowledged.Count > before, "the child acknowledged nothing");
            Assert.Empty(JournalVerifier.Verify(_folder.Journal, Stop).Findings);
            await using var journal = LocalJournal.Open(_folder.Journal, new LocalJournalOptions(), TimeProvider.System);
            Assert.Empty(journal.Opened.Damage);
            var numbers = (await JournalContract.ReadAll(journal)).Select(JournalContract.NumberOf).ToList();
            Assert.Equal(numbers.Count, numbers.Distinct().Count());
            Assert.Empty(acknowledged.Except(numbers));
            first = numbers.Max() + 1;
        }
    }

    /// <summary>Lets a process append from a number on and kills it; what it said was acknowledged.</summary>
    internal static async Task<List<(int Begin, int Repeat)>> RunAndKillAsync(string place, int first, Random random)
    {
        var self = Environment.ProcessPath!;
        var isHost = Path.GetFileNameWithoutExtension(self).Equals("dotnet", StringComparison.OrdinalIgnoreCase);
        var start = new ProcessStartInfo(self, isHost ? [typeof(KillTests).Assembly.Location] : []) { RedirectStandardOutput = true };
        start.Environment[Child] = place;
        start.Environment[Child + "_FIRST"] = first.ToString(CultureInfo.InvariantCulture);
        using var process = Process.Start(start)!;
        var lines = new List<(int, int)>();
        var killAfter = random.Next(1, 400);
        while (await process.StandardOutput.ReadLineAsync(Stop) is { } line)
        {
            var parts = line.Split(' ');
            // A line may be cut short by the kill; then its answer never reached anyone.
            if (parts is [_, _, "ok"] && int.TryParse(parts[0], out var begin) && int.TryParse(parts[1], out var repeat)) lines.Add((begin, repeat));
            if (lines.Count == killAfter) process.Kill();
        }
        await process.WaitForExitAsync(Stop);
        return lines;
    }
}
