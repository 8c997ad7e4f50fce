using AuditWatch.Events;
using AuditWatch.Ingest.Journal;
using AuditWatch.Ingest.Journal.Kafka;
using AuditWatch.Ingest.Tests.Sources;
using AuditWatch.Testing;
using Xunit;

namespace AuditWatch.Ingest.Tests.Journal.Kafka;

/// <summary>Brokers and writers that are killed.</summary>
public sealed class KafkaJournalFaultTests(SharedServers servers) : IAsyncLifetime
{
    readonly string _topic = "journal-" + Guid.NewGuid().ToString("N");

    static CancellationToken Stop => TestContext.Current.CancellationToken;

    public ValueTask InitializeAsync()
    {
        Assert.SkipUnless(Kit.Folder is not null, Kit.Missing);
        return ValueTask.CompletedTask;
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    [Fact]
    public async Task A_broker_that_is_killed_and_comes_back_loses_nothing_that_was_acknowledged_and_is_a_refusal_meanwhile()
    {
        await using var broker = await KitServer.StartAsync("kafka");
        var options = new KafkaJournalOptions { Bootstrap = broker.Says["bootstrap"], Topic = _topic, Partitions = 1, DeliveryTimeout = TimeSpan.FromSeconds(2), MostBytesInFlight = 70_000 };
        await using var journal = await KafkaJournal.OpenAsync(options, new MemoryAssignments(), TimeProvider.System, stop: Stop);
        var (refused, full, acknowledged) = (0, 0, 0);
        var goOn = new CancellationTokenSource();
        var appenders = Enumerable.Range(0, 8).Select(worker => Task.Run(async () =>
        {
            for (var i = worker; ; i += 8)
            {
                var batch = Batch(i);
                while (true)
                {
                    try
                    {
                        await journal.AppendAsync(batch, Stop);
                        Interlocked.Increment(ref acknowledged);
                        break;
                    }
                    catch (JournalFullException)
                    {
                        Interlocked.Increment(ref full);
                        await Task.Delay(20, Stop);
                    }
                    catch (IOException)
                    {
                        Interlocked.Increment(ref refused);
                    }
                }
                if (goOn.IsCancellationRequested) return;
            }
        }, Stop)).ToList();
        await UntilAsync(() => Volatile.Read(ref acknowledged) > 100);
        await broker.KillAsync();
        // Without the brokers an append waits for its time and fails; what waits is bounded, and beyond it the answer is at once.
        await UntilAsync(() => Volatile.Read(ref refused) > 4 && Volatile.Read(ref full) > 0 && journal.IsOverHighWater);
        await broker.StartAsync();
        var before = Volatile.Read(ref acknowledged);
        await UntilAsync(() => Volatile.Read(ref acknowledged) > before + 100);
        await goOn.CancelAsync();
        await Task.WhenAll(appenders);
        Assert.False(journal.IsOverHighWater);
        Assert.True(journal.ProducerFailures > 0);
        var read = (await JournalContract.ReadAll(journal)).Select(JournalContract.NumberOf).ToList();
        Assert.Equal(read.Count, read.Distinct().Count());
        Assert.Equal(acknowledged, read.Count);
        var report = await KafkaJournalVerifier.VerifyAsync(options, Stop);
        Assert.Empty(report.Findings);
        Assert.Equal(read.Count, report.Records - report.Repeats);
        Assert.True(report.Producers > 1);

        static JournalBatch Batch(int i)
        {
            var noise = new byte[20_000];
            new Random(i).NextBytes(noise);
            return new JournalBatch("prod", "webhook", "", RecordKind.Audit, [System.Text.Encoding.UTF8.GetBytes($$"""{"auditID":"{{i:D8}}","n":"{{Convert.ToBase64String(noise)}}"}""")]);
        }
    }

    [Fact]
    public async Task What_killed_ingesters_acknowledged_is_read_once_though_others_took_it_in_again()
    {
        var options = new KafkaJournalOptions { Bootstrap = await servers.KafkaAsync(), Topic = _topic, Partitions = 1 };
        await using var journal = await KafkaJournal.OpenAsync(options, new MemoryAssignments(), TimeProvider.System, stop: Stop);
        var random = new Random(7);
        var acknowledged = new HashSet<int>();
        for (var kill = 0; kill < 3; kill++)
        {
            // The next one begins where the last one was: what that one sent and nobody heard of is sent again.
            var lines = await KillTests.RunAndKillAsync(options.Bootstrap + "|" + _topic, Math.Max(1, acknowledged.Count == 0 ? 1 : acknowledged.Max() - 200), random);
            Assert.NotEmpty(lines);
            foreach (var (begin, repeat) in lines) acknowledged.UnionWith([.. Enumerable.Range(begin, 10), .. Enumerable.Range(repeat, 10)]);
        }
        var read = await JournalContract.ReadAll(journal);
        var numbers = read.Select(JournalContract.NumberOf).ToList();
        Assert.Equal(numbers.Count, numbers.Distinct().Count());
        Assert.Empty(acknowledged.Except(numbers));
        var report = await KafkaJournalVerifier.VerifyAsync(options, Stop);
        Assert.Empty(report.Findings);
        Assert.Equal((3, numbers.Count), (report.Producers, report.Records - report.Repeats));
        Assert.True(report.Repeats > 200);
        Assert.Equal(read, await JournalContract.ReadAll(journal));
    }

    static async Task UntilAsync(Func<bool> condition)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(Stop);
        deadline.CancelAfter(TimeSpan.FromSeconds(90));
        while (!condition()) await Task.Delay(10, deadline.Token);
    }
}
