using System.Runtime.CompilerServices;
using AuditWatch.Events;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using EventId = AuditWatch.Events.EventId;

namespace AuditWatch.Ingest.Journal;

/// <summary>The journal as segment files in a folder (docs/journal.md). One process writes; any number of threads and processes read.</summary>
public sealed partial class LocalJournal : IPartitionedJournal
{
    readonly string _directory;
    readonly TimeProvider _time;
    readonly ILogger _log;
    readonly CompressorPool _compressors;
    readonly RepeatWindow _auditRepeats, _otherRepeats;
    readonly GroupCommit _commit;
    readonly FileStream _lock;
    readonly SegmentOffsets _offsets;
    readonly Retention _retention;
    readonly RecordLookup _lookup;
    volatile DurableEnd _end;
    volatile TaskCompletionSource _moved = new(TaskCreationOptions.RunContinuationsAsynchronously);
    long _stored, _repeats, _damage;
    Task _counting = Task.CompletedTask;
    bool _isClosed;

    LocalJournal(string directory, LocalJournalOptions options, TimeProvider time, ILogger log, FileStream writerLock)
    {
        (_directory, _time, _log, _lock, Options) = (directory, time, log, writerLock, options);
        var tail = TailRepair.Repair(directory);
        _auditRepeats = new RepeatWindow(options.RepeatWindow);
        _otherRepeats = new RepeatWindow(Math.Max(1, options.RepeatWindow / 16));
        var active = new Dictionary<string, bool>(StringComparer.Ordinal);
        var remembered = RepeatMemory.Restore(directory, _auditRepeats, _otherRepeats, active, tail.Damage);
        Opened = new OpenReport(tail.CutBytes, tail.CutFrames, tail.Damage, remembered.Known, tail.BytesRead + remembered.BytesRead);
        ClustersWithoutIdleMark = [.. active.Where(c => c.Value).Select(c => c.Key).Order(StringComparer.Ordinal)];
        _end = new DurableEnd(tail.Start.Segment, tail.Start.Length, tail.Start.End);
        _offsets = new SegmentOffsets(directory, () => _end);
        _lookup = new RecordLookup(directory, _offsets, OnDamage);
        _compressors = new CompressorPool(options.CompressionLevel);
        _retention = new Retention(directory, options);
        _commit = new GroupCommit(new SegmentWriter(directory, options, tail.Start), OnDurable);
        if (Opened.CutBytes > 0) LogCut(_log, Opened.CutBytes, Opened.CutFrames, directory);
        foreach (var damage in Opened.Damage) LogDamage(_log, directory, damage.Segment, damage.Offset, damage.What);
    }

    /// <summary>Its settings.</summary>
    public LocalJournalOptions Options { get; }

    /// <summary>What opening found and repaired.</summary>
    public OpenReport Opened { get; }

    /// <summary>Clusters whose last journaled word was an event, so that an idle mark is still due to them.</summary>
    public IReadOnlyList<string> ClustersWithoutIdleMark { get; }

    /// <inheritdoc/>
    public EventPosition End => _end.Position;

    /// <summary>Records stored since opening.</summary>
    public long StoredRecords => Interlocked.Read(ref _stored);

    /// <summary>Records not stored since opening because the journal held them.</summary>
    public long RepeatedRecords => Interlocked.Read(ref _repeats);

    /// <summary>Damaged places that readers of this process came upon.</summary>
    public long DamageSeen => Interlocked.Read(ref _damage);

    /// <summary>The position up to which every reader that must not miss anything has read; null while unknown (then nothing unread counts, and retention removes nothing). Unset: there are no such readers.</summary>
    public Func<EventPosition?>? ReadPosition { get; set; }

    /// <summary>Number of the oldest segment that is still there; null while there is none.</summary>
    public int? FirstSegment => SegmentNames.List(_directory) is [var first, ..] ? first : null;

    /// <summary>Bytes on disk.</summary>
    public long SizeBytes => _retention.Size();

    /// <summary>Bytes that the slowest reader has not read.</summary>
    public long UnreadBytes => ReadPosition?.Invoke() is { } position ? _retention.BytesAfter(position, _end, _offsets) : 0;

    /// <inheritdoc/>
    public bool IsOverHighWater => UnreadBytes > Options.HighWaterBytes;

    /// <summary>Opens or creates a journal, repairs a torn tail, and brings the ids of the last records back. Throws <see cref="IOException"/> when another process writes it.</summary>
    public static LocalJournal Open(string directory, LocalJournalOptions options, TimeProvider time, ILogger<LocalJournal>? log = null)
    {
        if (!Directory.Exists(directory))
        {
            Directory.CreateDirectory(directory);
            DirectorySync.Flush(Path.GetDirectoryName(Path.GetFullPath(directory))!);
        }
        FileStream writerLock;
        try
        {
            writerLock = new FileStream(SegmentNames.Lock(directory), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException e)
        {
            throw new IOException($"The journal in {directory} is being written by another process; stop it, or use another data folder.", e);
        }
        try
        {
            return new LocalJournal(directory, options, time, log ?? NullLogger<LocalJournal>.Instance, writerLock);
        }
        catch
        {
            writerLock.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public async IAsyncEnumerable<JournalFrame> ReadAsync(EventPosition after, bool follow, [EnumeratorCancellation] CancellationToken stop)
    {
        using var cursor = new FrameCursor(_directory, after, OnDamage, _offsets);
        var end = _end;
        while (true)
        {
            stop.ThrowIfCancellationRequested();
            var moved = _moved.Task;
            if (follow) end = _end;
            while (cursor.Next(end) is { } frame)
            {
                yield return frame;
                stop.ThrowIfCancellationRequested();
            }
            if (!follow) yield break;
            if (ReferenceEquals(end, _end)) await moved.WaitAsync(stop).ConfigureAwait(false);
        }
    }

    /// <summary>One record, for evidence; null when the journal no longer (or not yet) has it.</summary>
    public JournalRecord? ReadRecord(EventPosition position)
    {
        if (position > End) return null;
        return _lookup.Find(position, _end);
    }

    /// <summary>Removes the oldest segments as <see cref="LocalJournalOptions"/> says, but none that a reader still needs. Returns how many went.</summary>
    public int ApplyRetention()
    {
        var readers = ReadPosition;
        var keepFrom = readers is null ? End : readers();
        var removed = keepFrom is { } position ? _retention.Apply(_time.GetUtcNow(), position, _end, _auditRepeats.Capacity) : 0;
        if (removed > 0) LogRetained(_log, removed, _directory);
        return removed;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (_isClosed) return;
        _isClosed = true;
        _commit.Dispose();
        await _counting.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _lookup.Dispose();
        _compressors.Dispose();
        _lock.Dispose();
    }

    void OnDurable(DurableEnd end)
    {
        // The segment before is complete now; what it holds is counted while its headers are still in memory.
        if (end.Segment > _end.Segment) _counting = CountAsync(_counting, _end.Segment);
        _end = end;
        var moved = _moved;
        _moved = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        moved.SetResult();
    }

    async Task CountAsync(Task before, int segment)
    {
        await before.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await Task.Run(() => { _ = SegmentCounts.ReadOrCount(_directory, segment); }).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    void OnDamage(JournalDamage damage)
    {
        Interlocked.Increment(ref _damage);
        LogDamage(_log, _directory, damage.Segment, damage.Offset, damage.What);
    }

    [LoggerMessage(3101, LogLevel.Warning, "Cut {Bytes} bytes ({Frames} frames) of an unfinished write off the journal in {Directory}; nothing of it had been acknowledged.")]
    static partial void LogCut(ILogger log, long bytes, int frames, string directory);

    [LoggerMessage(3102, LogLevel.Error, "The journal in {Directory} is damaged at segment {Segment}, byte {Offset}: {What} Run `auditwatch journal verify`.")]
    static partial void LogDamage(ILogger log, string directory, int segment, long offset, string what);

    [LoggerMessage(3103, LogLevel.Information, "Removed {Segments} segments that are past their time or beyond the journal's size in {Directory}.")]
    static partial void LogRetained(ILogger log, int segments, string directory);
}
