using System.Text;
using AuditWatch.Events;
using AuditWatch.Ingest.Journal;
using Xunit;
using EventId = AuditWatch.Events.EventId;

namespace AuditWatch.Ingest.Tests.Journal;

/// <summary>What every journal promises. Implementations inherit it.</summary>
public abstract class JournalContract
{
    protected static CancellationToken Stop => TestContext.Current.CancellationToken;

    /// <summary>A journal; called again after <see cref="IAsyncDisposable.DisposeAsync"/>, it must be the same one, reopened.</summary>
    protected abstract ValueTask<IJournal> OpenAsync();

    /// <summary>Whether the writer itself knows what was journaled before it was opened. Otherwise readers drop the repeats.</summary>
    protected virtual bool WriterRemembers => true;

    public static ReadOnlyMemory<byte> Event(int number, int padding = 0) =>
        Encoding.UTF8.GetBytes($$"""{"kind":"Event","auditID":"{{number:D8}}","stage":"ResponseComplete","padding":"{{new string('x', padding)}}"}""");

    public static JournalBatch Batch(string cluster, params int[] numbers) =>
        new(cluster, "webhook", "", RecordKind.Audit, [.. numbers.Select(n => Event(n))]);

    public static async Task<List<(EventPosition Position, string Text)>> ReadAll(IJournal journal, EventPosition? after = null)
    {
        var records = new List<(EventPosition, string)>();
        await foreach (var frame in journal.ReadAsync(after ?? EventPosition.Start, follow: false, Stop))
        {
            for (var i = frame.FirstIndex; i < frame.Records.Count; i++) records.Add((frame.PositionOf(i), Encoding.UTF8.GetString(frame.Records[i].Span)));
        }
        return records;
    }

    [Fact]
    public async Task What_was_appended_is_read_back_in_order_with_its_cluster_source_and_ids()
    {
        await using var journal = await OpenAsync();
        var result = await journal.AppendAsync(new JournalBatch("prod", "kafka", "audit/0/17", RecordKind.Audit, [Event(1), Event(2)]), Stop);
        Assert.Equal((2, 0), (result.Stored, result.Repeats));
        Assert.Equal(journal.End, result.Last);
        var frames = 0;
        await foreach (var frame in journal.ReadAsync(EventPosition.Start, false, Stop))
        {
            frames++;
            Assert.Equal(("prod", "kafka", "audit/0/17", RecordKind.Audit), (frame.Cluster, frame.Source, frame.SourcePosition, frame.Kind));
            Assert.Equal([EventId.Of("prod", Event(1).Span), EventId.Of("prod", Event(2).Span)], frame.Ids);
            Assert.Equal(Event(1).ToArray(), frame.Records[0].ToArray());
            Assert.Equal(Event(2).ToArray(), frame.Records[1].ToArray());
        }
        Assert.Equal(1, frames);
    }

    [Fact]
    public async Task A_repeat_is_counted_and_not_stored_within_a_batch_across_batches_and_after_reopening()
    {
        await using (var journal = await OpenAsync())
        {
            var first = await journal.AppendAsync(Batch("prod", 1, 2, 1), Stop);
            Assert.Equal((2, 1), (first.Stored, first.Repeats));
            var second = await journal.AppendAsync(Batch("prod", 2, 3), Stop);
            Assert.Equal((1, 1), (second.Stored, second.Repeats));
        }
        await using (var journal = await OpenAsync())
        {
            var third = await journal.AppendAsync(Batch("prod", 1, 2, 3), Stop);
            if (WriterRemembers) Assert.Equal((0, 3), (third.Stored, third.Repeats));
            Assert.Equal([1, 2, 3], (await ReadAll(journal)).Select(NumberOf));
        }
    }

    [Fact]
    public async Task The_same_bytes_from_another_cluster_are_another_event()
    {
        await using var journal = await OpenAsync();
        await journal.AppendAsync(Batch("prod", 1), Stop);
        Assert.Equal(1, (await journal.AppendAsync(Batch("staging", 1), Stop)).Stored);
    }

    [Fact]
    public async Task Records_that_are_no_audit_events_are_kept_however_often_they_come_unless_they_carry_ids()
    {
        await using var journal = await OpenAsync();
        var idle = new JournalBatch("prod", "idle", "", RecordKind.Idle, ["{}"u8.ToArray()]);
        await journal.AppendAsync(idle, Stop);
        Assert.Equal(1, (await journal.AppendAsync(idle, Stop)).Stored);
        var quarantined = new JournalBatch("prod", "webhook", "", RecordKind.Quarantine, ["{}"u8.ToArray()]) { Ids = [new EventId(7)] };
        await journal.AppendAsync(quarantined, Stop);
        Assert.Equal((0, 1), await Outcome(journal.AppendAsync(quarantined, Stop)));
    }

    [Fact]
    public async Task Reading_after_a_position_begins_with_the_record_behind_it()
    {
        await using var journal = await OpenAsync();
        for (var i = 0; i < 5; i++) await journal.AppendAsync(Batch("prod", 3 * i, 3 * i + 1, 3 * i + 2), Stop);
        var all = await ReadAll(journal);
        Assert.Equal(15, all.Count);
        for (var i = 0; i < all.Count; i++) Assert.Equal(all[(i + 1)..], await ReadAll(journal, all[i].Position));
    }

    [Fact]
    public async Task A_follower_gets_what_is_appended_while_it_waits()
    {
        await using var journal = await OpenAsync();
        await journal.AppendAsync(Batch("prod", 0), Stop);
        var reading = Task.Run(async () =>
        {
            var numbers = new List<int>();
            await foreach (var frame in journal.ReadAsync(EventPosition.Start, follow: true, Stop))
            {
                foreach (var record in frame.Records) numbers.Add(NumberOf((default, Encoding.UTF8.GetString(record.Span))));
                if (numbers.Count == 50) break;
            }
            return numbers;
        }, Stop);
        for (var i = 1; i < 50; i++) await journal.AppendAsync(Batch("prod", i), Stop);
        Assert.Equal(Enumerable.Range(0, 50), await reading);
    }

    [Fact]
    public async Task Many_appenders_with_the_same_events_store_each_once()
    {
        await using var journal = await OpenAsync();
        var results = await Task.WhenAll(Enumerable.Range(0, 16).Select(worker => Task.Run(async () =>
        {
            var random = new Random(worker);
            var (stored, repeats) = (0, 0);
            for (var round = 0; round < 40; round++)
            {
                var result = await journal.AppendAsync(Batch("prod", [.. Enumerable.Range(0, 25).Select(_ => random.Next(2000))]), Stop);
                stored += result.Stored;
                repeats += result.Repeats;
            }
            return (stored, repeats);
        }, Stop)));
        var numbers = (await ReadAll(journal)).Select(NumberOf).ToList();
        Assert.Equal(numbers.Distinct().Count(), numbers.Count);
        Assert.Equal(numbers.Count, results.Sum(r => r.stored));
        Assert.Equal(16 * 40 * 25, results.Sum(r => r.stored + r.repeats));
    }

    [Fact]
    public async Task An_event_larger_than_a_frame_and_an_incompressible_one_come_back_whole()
    {
        await using var journal = await OpenAsync();
        var large = Event(1, 3 << 20);
        var noise = new byte[200_000];
        new Random(5).NextBytes(noise);
        var incompressible = Encoding.UTF8.GetBytes("{\"n\":\"" + Convert.ToBase64String(noise) + "\"}");
        await journal.AppendAsync(new JournalBatch("prod", "file", "", RecordKind.Audit, [Event(0), large, incompressible, Event(2)]), Stop);
        var texts = (await ReadAll(journal)).Select(r => r.Text).ToList();
        Assert.Equal([Encoding.UTF8.GetString(Event(0).Span), Encoding.UTF8.GetString(large.Span), Encoding.UTF8.GetString(incompressible), Encoding.UTF8.GetString(Event(2).Span)], texts);
    }

    protected static async Task<(int Stored, int Repeats)> Outcome(ValueTask<AppendResult> append)
    {
        var result = await append;
        return (result.Stored, result.Repeats);
    }

    public static int NumberOf((EventPosition Position, string Text) record)
    {
        const string mark = "\"auditID\":\"";
        var at = record.Text.IndexOf(mark, StringComparison.Ordinal) + mark.Length;
        return int.Parse(record.Text.AsSpan(at, 8), System.Globalization.CultureInfo.InvariantCulture);
    }
}
