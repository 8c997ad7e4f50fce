using AuditWatch.Events;
using AuditWatch.Ingest.Journal;

namespace AuditWatch.Ingest.Tests.Sources;

/// <summary>A real journal whose disk is full for as long as one likes.</summary>
internal sealed class RefusingJournal(IJournal journal) : IJournal
{
    public volatile bool Refuses;

    /// <summary>It has room for all but facts about our own view.</summary>
    public volatile bool RefusesFacts;

    public EventPosition End => journal.End;

    public ValueTask<AppendResult> AppendAsync(JournalBatch batch, CancellationToken stop) =>
        Refuses ? throw new IOException("No space left on this disk.")
        : RefusesFacts && batch.Kind == RecordKind.Health ? throw new JournalFullException("No space left on this disk.", new IOException("full"))
        : journal.AppendAsync(batch, stop);

    public IAsyncEnumerable<JournalFrame> ReadAsync(EventPosition after, bool follow, CancellationToken stop) => journal.ReadAsync(after, follow, stop);

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
