using System.Runtime.CompilerServices;
using AuditWatch.Events;
using Microsoft.Extensions.Logging;

namespace AuditWatch.Ingest.Journal.Kafka;

/// <summary>One partition of the journal's topic. Before a reader goes on behind a position, it reads the ids of the records before it again, as many as it takes to tell the same repeats as the last time.</summary>
internal sealed partial class KafkaJournalPartition(KafkaJournalOptions options, int partition, ILogger log, Action<JournalDamage>? onDamage = null, bool tellsRepeats = true) : IJournalPartition
{
    // So many offsets before the position are read at least: the parts of a large frame that ends behind it begin there.
    const long Slack = 1024;
    static readonly TimeSpan s_pause = TimeSpan.FromSeconds(1);

    readonly RecordFinder _finder = new(options, partition);
    PartitionPump? _pump;
    EventPosition _last = EventPosition.Start;
    long _emptyUpTo = -1;

    public int Partition => partition;

    public string Name { get; } = string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{options.Topic}/{partition}");

    public string? Topic => options.Topic;

    public IReadOnlyList<string> ClustersWithoutIdleMark { get; private set; } = [];

    public EventPosition End
    {
        get
        {
            if (Volatile.Read(ref _pump) is not { } pump) return PartitionMarks.Query(options, partition).End;
            var high = pump.High;
            // What lies behind the last frame can be parts of one that its producer never finished.
            return high == Interlocked.Read(ref _emptyUpTo) ? _last : new PartitionMarks(0, high).End;
        }
    }

    public async IAsyncEnumerable<JournalFrame> ReadAsync(EventPosition after, bool follow, [EnumeratorCancellation] CancellationToken stop)
    {
        await using var pump = new PartitionPump(options, partition, follow, message => LogClient(log, Name, message));
        var marks = await MarksAsync(pump, follow, stop).ConfigureAwait(false);
        Require(after, marks);
        _last = after;
        using var passage = await BeginAsync(pump, after, marks, stop).ConfigureAwait(false);
        try
        {
            Volatile.Write(ref _pump, pump);
            JournalFrame? newest = null;
            await foreach (var item in pump.Items.ReadAllAsync(stop).ConfigureAwait(false))
            {
                if (item.IsEnd)
                {
                    ClustersWithoutIdleMark = passage.ClustersActiveBefore;
                    if (!follow && item.Offset >= marks.High) yield break;
                    if (item.Offset - 1 <= KafkaPlace.OffsetOf(_last) || item.Offset == Interlocked.Read(ref _emptyUpTo)) continue;
                    Interlocked.Exchange(ref _emptyUpTo, item.Offset);
                    if (newest is not null) yield return newest.Stretch(newest.Records.Count, newest.Records.Count);   // this was the end, after all
                    continue;
                }
                if (passage.Take(item, after) is { } taken)
                {
                    ClustersWithoutIdleMark = passage.ClustersActiveBefore;
                    foreach (var (first, end) in taken.Stretches)
                    {
                        newest = taken.Frame.Stretch(first, end);
                        _last = newest.PositionOf(end - 1);
                        yield return newest;
                    }
                }
                if (!follow && item.Offset + 1 >= marks.High) yield break;
            }
        }
        finally
        {
            Volatile.Write(ref _pump, null);
            if (passage.Dropped > 0) LogDropped(log, passage.Dropped, Name);
        }
    }

    public ValueTask<JournalRecord?> ReadRecordAsync(EventPosition position, CancellationToken stop) => new(_finder.FindAsync(position, stop));

    public ValueTask DisposeAsync() => _finder.DisposeAsync();

    async Task<PartitionMarks> MarksAsync(PartitionPump pump, bool isPatient, CancellationToken stop)
    {
        while (true)
        {
            try
            {
                return await pump.MarksAsync().WaitAsync(stop).ConfigureAwait(false);
            }
            catch (IOException fault) when (isPatient)
            {
                LogWaits(log, Name, fault.Message);
                await Task.Delay(s_pause, stop).ConfigureAwait(false);
            }
        }
    }

    void OnDamage(long offset, string what)
    {
        LogDamage(log, Name, offset, what);
        onDamage?.Invoke(JournalDamage.At(Name, offset, what));
    }

    void Require(EventPosition after, PartitionMarks marks)
    {
        if (after == EventPosition.Start) return;
        var offset = KafkaPlace.OffsetOf(after);
        if (offset >= marks.High && after.Index >= 0)
            throw new IOException($"{Name} ends before offset {marks.High}, but its reader is at {offset}: was the topic made anew, or did it lose what it had confirmed? A reader's position is of the topic that it read.");
        if (offset + 1 < marks.Low) LogGone(log, marks.Low - offset - 1, Name, offset + 1, marks.Low - 1);
    }

    // Reads up to the position; again from further back while that was not enough.
    async Task<Passage> BeginAsync(PartitionPump pump, EventPosition after, PartitionMarks marks, CancellationToken stop)
    {
        var to = Math.Max(marks.Low, KafkaPlace.OffsetOf(after));
        var begin = tellsRepeats ? Math.Max(marks.Low, to - Slack) : to;
        while (true)
        {
            await pump.BeginAsync(begin).ConfigureAwait(false);
            var passage = new Passage(tellsRepeats ? options : options with { RepeatWindow = 1 }, partition, begin, OnDamage);
            try
            {
                while (begin < to && await pump.Items.WaitToReadAsync(stop).ConfigureAwait(false) && pump.Items.TryPeek(out var item) && item.Offset < to && !item.IsEnd)
                {
                    passage.Take(item, after);
                    pump.Items.TryRead(out _);
                }
            }
            catch
            {
                passage.Dispose();
                throw;
            }
            if (begin == marks.Low || passage.Repeats.IsFull || !tellsRepeats) return passage;
            // A tenth more than by the number of ids in a record so far, and at least twice as far.
            var perRecord = Math.Max(1, passage.Repeats.Seen / (double)(to - begin));
            begin = Math.Max(marks.Low, Math.Min(to - 2 * (to - begin), to - Slack - (long)(1.1 * options.RepeatWindow / perRecord)));
            passage.Dispose();
        }
    }

    [LoggerMessage(3130, LogLevel.Error, "The journal is damaged at {Partition}, offset {Offset}: {What} Run `auditwatch journal verify`.")]
    static partial void LogDamage(ILogger log, string partition, long offset, string what);

    [LoggerMessage(3131, LogLevel.Error, "{Count} records of {Partition} were removed by the topic's retention before they were read ({From} to {To}).")]
    static partial void LogGone(ILogger log, long count, string partition, long from, long to);

    [LoggerMessage(3132, LogLevel.Warning, "{Partition} cannot be read yet: {Why}")]
    static partial void LogWaits(ILogger log, string partition, string why);

    [LoggerMessage(3133, LogLevel.Warning, "{Partition}: {Message}")]
    static partial void LogClient(ILogger log, string partition, string message);

    [LoggerMessage(3134, LogLevel.Information, "{Count} records of {Partition} were repeats.")]
    static partial void LogDropped(ILogger log, long count, string partition);
}
