using AuditWatch.Events;
using Dapper;

namespace AuditWatch.Storage.State;

public sealed partial class StateStore
{
    const string NoteColumns = "segment, frame, record, cluster, source, reason, received_us, bytes, replayed_us";

    /// <summary>Notes quarantined records. Noting one again changes nothing.</summary>
    public Task AddQuarantineNotesAsync(IReadOnlyList<QuarantineNote> notes, CancellationToken stop) => WriteAsync(transaction =>
        transaction.Connection!.ExecuteAsync(Sql(
            """
            insert into quarantine_note (segment, frame, record, cluster, source, reason, received_us, bytes)
            values (@Segment, @Frame, @Index, @cluster, @source, @reason, @ReceivedMicros, @Bytes)
            on conflict do nothing
            """, notes.Select(note => new
            {
                note.Position.Segment,
                note.Position.Frame,
                note.Position.Index,
                cluster = StoredText.Keep(note.Cluster),
                source = StoredText.Keep(note.Source),
                reason = StoredText.Keep(note.Reason),
                note.ReceivedMicros,
                note.Bytes,
            }), transaction, stop)), stop);

    /// <summary>Quarantined records, newest first.</summary>
    /// <param name="before">Only those before this place in the journal; null for all.</param>
    /// <param name="limit">At most so many; 0 for all.</param>
    /// <param name="stop">Stops it.</param>
    public async Task<IReadOnlyList<QuarantineNote>> ListQuarantineAsync(EventPosition? before, int limit, CancellationToken stop)
    {
        var end = before ?? new EventPosition(int.MaxValue, int.MaxValue, int.MaxValue);
        return (await ReadAsync(connection => connection.QueryAsync<NoteRow>(Sql(
            $"""
            select {NoteColumns} from quarantine_note
            where (segment, frame, record) < (@Segment, @Frame, @Index)
            order by segment desc, frame desc, record desc limit @limit
            """, new { end.Segment, end.Frame, end.Index, limit = limit > 0 ? limit : int.MaxValue }, null, stop)), stop).ConfigureAwait(false))
            .Select(row => row.Back()).ToList();
    }

    /// <summary>One quarantined record's note; null when there is none.</summary>
    public async Task<QuarantineNote?> FindQuarantineNoteAsync(EventPosition position, CancellationToken stop) =>
        (await ReadAsync(connection => connection.QueryFirstOrDefaultAsync<NoteRow>(Sql(
            $"select {NoteColumns} from quarantine_note where segment = @Segment and frame = @Frame and record = @Index",
            new { position.Segment, position.Frame, position.Index }, null, stop)), stop).ConfigureAwait(false))?.Back();

    /// <summary>Remembers that quarantined records were replayed now.</summary>
    public Task MarkReplayedAsync(IReadOnlyList<EventPosition> positions, CancellationToken stop) => WriteAsync(transaction =>
        transaction.Connection!.ExecuteAsync(Sql(
            "update quarantine_note set replayed_us = @now where segment = @Segment and frame = @Frame and record = @Index",
            positions.Select(position => new { position.Segment, position.Frame, position.Index, now = UnixMicros.Of(_clock) }), transaction, stop)), stop);

    sealed record NoteRow(
        long Segment, long Frame, long Record, string Cluster, string Source, string Reason, long Received_Us, long Bytes, long? Replayed_Us)
    {
        public QuarantineNote Back() => new(
            new EventPosition((int)Segment, (int)Frame, (int)Record), StoredText.Back(Cluster)!, StoredText.Back(Source)!, StoredText.Back(Reason)!,
            Received_Us, Bytes, Replayed_Us);
    }
}
