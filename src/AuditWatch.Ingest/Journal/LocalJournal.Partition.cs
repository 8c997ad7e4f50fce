using AuditWatch.Events;

namespace AuditWatch.Ingest.Journal;

public sealed partial class LocalJournal
{
    /// <inheritdoc/>
    public IReadOnlyList<int> Partitions { get; } = [0];

    /// <inheritdoc/>
    public IJournalPartition Open(int partition)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(partition, 0);
        return new OnlyPartition(this);
    }

    /// <summary>The local journal has one process, so its partition is owned until <paramref name="stop"/>.</summary>
    public async Task OwnAsync(string group, Func<int, CancellationToken, Task> own, CancellationToken stop)
    {
        try
        {
            await own(0, stop).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            return;
        }
        if (!stop.IsCancellationRequested) throw new InvalidOperationException($"The {group} reader of the journal ended before it was told to.");
    }

    sealed class OnlyPartition(LocalJournal journal) : IJournalPartition
    {
        public int Partition => 0;

        public string Name => "0";

        public string? Topic => null;

        public EventPosition End => journal.End;

        public IReadOnlyList<string> ClustersWithoutIdleMark => journal.ClustersWithoutIdleMark;

        public IAsyncEnumerable<JournalFrame> ReadAsync(EventPosition after, bool follow, CancellationToken stop) => journal.ReadAsync(after, follow, stop);

        public ValueTask<JournalRecord?> ReadRecordAsync(EventPosition position, CancellationToken stop) => ValueTask.FromResult(journal.ReadRecord(position));

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
