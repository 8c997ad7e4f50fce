using System.Collections.Concurrent;
using AuditWatch.Ingest.Journal;
using AuditWatch.Ingest.Journal.Kafka;
using AuditWatch.Ingest.Tests.Sources;
using AuditWatch.Testing;
using Xunit;

namespace AuditWatch.Ingest.Tests.Journal.Kafka;

/// <summary>Who owns which partition, with a real group.</summary>
public sealed class KafkaOwnershipTests(SharedServers servers) : IAsyncLifetime
{
    readonly MemoryAssignments _assignments = new();
    readonly ConcurrentDictionary<int, int> _now = new();   // partition → owners at this moment
    int _overlaps;
    KafkaJournalOptions _options = new() { Bootstrap = "", Topic = "journal-" + Guid.NewGuid().ToString("N"), Partitions = 4, SessionTimeout = TimeSpan.FromSeconds(6) };

    static CancellationToken Stop => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        Assert.SkipUnless(Kit.Folder is not null, Kit.Missing);
        _options = _options with { Bootstrap = await servers.KafkaAsync() };
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    [Fact]
    public async Task Two_processes_share_the_partitions_and_none_is_begun_before_its_owner_has_ended()
    {
        await using var one = await OpenAsync();
        await using var other = await OpenAsync();
        using var leaving = new CancellationTokenSource();
        using var ending = new CancellationTokenSource();
        var (first, second) = (new Owner(this), new Owner(this));
        var running = one.OwnAsync("readers", first.OwnAsync, ending.Token);
        await UntilAsync(() => first.Owned.Count == 4);
        var sharing = other.OwnAsync("readers", second.OwnAsync, leaving.Token);
        await UntilAsync(() => first.Owned.Count == 2 && second.Owned.Count == 2);
        Assert.Equal([0, 1, 2, 3], first.Owned.Keys.Concat(second.Owned.Keys).Order());
        // What stays is not interrupted.
        Assert.Equal(4, first.Begun);
        await leaving.CancelAsync();
        await sharing;
        Assert.Empty(second.Owned);
        await UntilAsync(() => first.Owned.Count == 4);
        await ending.CancelAsync();
        await running;
        Assert.Empty(first.Owned);
        Assert.Equal(0, _overlaps);
    }

    [Fact]
    public async Task A_reader_that_fails_ends_its_process_part_and_the_others_take_over()
    {
        await using var journal = await OpenAsync();
        var good = new Owner(this);
        using var ending = new CancellationTokenSource();
        var failing = journal.OwnAsync("failing", (partition, lost) => partition == 2 ? throw new InvalidOperationException("no more") : Task.Delay(Timeout.Infinite, lost), ending.Token);
        Assert.Equal("no more", (await Assert.ThrowsAsync<InvalidOperationException>(() => failing)).Message);
        var returning = journal.OwnAsync("failing", (partition, lost) => partition == 1 ? Task.CompletedTask : Task.Delay(Timeout.Infinite, lost), ending.Token);
        Assert.Contains("/1 ended before", (await Assert.ThrowsAsync<InvalidOperationException>(() => returning)).Message, StringComparison.Ordinal);
        var running = journal.OwnAsync("failing", good.OwnAsync, ending.Token);
        await UntilAsync(() => good.Owned.Count == 4);
        await ending.CancelAsync();
        await running;
    }

    [Fact]
    public async Task A_reader_that_hangs_is_not_waited_for_longer_than_the_hand_over()
    {
        _options = _options with { HandOver = TimeSpan.FromMilliseconds(200) };
        await using var one = await OpenAsync();
        await using var other = await OpenAsync();
        using var ending = new CancellationTokenSource();
        var hanging = new TaskCompletionSource();
        var begun = 0;
        var hung = one.OwnAsync("hanging", (_, _) => { Interlocked.Increment(ref begun); return hanging.Task; }, ending.Token);
        await UntilAsync(() => Volatile.Read(ref begun) == 4);
        var second = new Owner(this);
        var running = other.OwnAsync("hanging", second.OwnAsync, ending.Token);
        await UntilAsync(() => second.Owned.Count == 2);
        await ending.CancelAsync();
        await Task.WhenAll(hung, running);
        hanging.SetResult();
    }

    Task<KafkaJournal> OpenAsync() => KafkaJournal.OpenAsync(_options, _assignments, TimeProvider.System, stop: Stop);

    static async Task UntilAsync(Func<bool> condition)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(Stop);
        deadline.CancelAfter(TimeSpan.FromSeconds(60));
        while (!condition()) await Task.Delay(10, deadline.Token);
    }

    sealed class Owner(KafkaOwnershipTests test)
    {
        int _begun;

        public ConcurrentDictionary<int, bool> Owned { get; } = new();

        public int Begun => Volatile.Read(ref _begun);

        public async Task OwnAsync(int partition, CancellationToken lost)
        {
            Interlocked.Increment(ref _begun);
            if (test._now.AddOrUpdate(partition, 1, (_, n) => n + 1) > 1) Interlocked.Increment(ref test._overlaps);
            Owned[partition] = true;
            try
            {
                await Task.Delay(Timeout.Infinite, lost);
            }
            finally
            {
                Owned.TryRemove(partition, out _);
                test._now.AddOrUpdate(partition, 0, (_, n) => n - 1);
            }
        }
    }
}
