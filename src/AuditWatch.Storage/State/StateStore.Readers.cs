using System.Data.Common;
using AuditWatch.Events;
using Dapper;

namespace AuditWatch.Storage.State;

// How far the journal's readers are, and whose they are.
public sealed partial class StateStore
{
    /// <summary>
    /// Takes a reader over and returns its new epoch. From here on nothing is saved for it under an older one: a process that was stopped, or cut off, and goes on later can
    /// neither set it back nor write what its successor has written. What the one before was saving is whole by then, or will never be.
    /// </summary>
    public Task<long> TakeReaderAsync(string reader, string owner, CancellationToken stop) => _database.WriteAsync(transaction =>
        transaction.Connection!.QuerySingleAsync<long>(Sql(
            """
            insert into reader_position (reader, segment, frame, record, epoch, owner) values (@reader, @Segment, @Frame, @Index, 1, @owner)
            on conflict (reader) do update set epoch = reader_position.epoch + 1, owner = excluded.owner
            returning epoch
            """, new { reader, EventPosition.Start.Segment, EventPosition.Start.Frame, EventPosition.Start.Index, owner }, transaction, stop)), alongside: true, stop);

    /// <summary>The last journal record that a reader has accounted for; null when it never began.</summary>
    public async Task<EventPosition?> ReadPositionAsync(string reader, CancellationToken stop)
    {
        var row = await ReadAsync(connection => connection.QueryFirstOrDefaultAsync<PositionRow>(Sql(
            "select segment, frame, record from reader_position where reader = @reader", new { reader }, null, stop)), stop).ConfigureAwait(false);
        return row?.Position;
    }

    /// <summary>Saves how far a reader is that keeps nothing else in the state.</summary>
    /// <param name="reader">Its name.</param>
    /// <param name="position">The last record that is settled.</param>
    /// <param name="epoch">The epoch that it was taken under; null: nobody else can have it.</param>
    /// <param name="stop">Gives up.</param>
    /// <exception cref="ReaderTakenOverException">Another process has taken it over; nothing is saved.</exception>
    public Task SavePositionAsync(string reader, EventPosition position, long? epoch, CancellationToken stop) =>
        _database.WriteAsync(transaction => SavePositionAsync(transaction, reader, position, epoch, stop), alongside: true, stop);

    /// <summary>The same for a reader that nobody else can have.</summary>
    public Task SavePositionAsync(string reader, EventPosition position, CancellationToken stop) => SavePositionAsync(reader, position, null, stop);

    // The row's lock decides between an owner that saves and one that takes over: whoever is second sees what the first has done.
    static async Task<int> SavePositionAsync(DbTransaction transaction, string reader, EventPosition position, long? epoch, CancellationToken stop)
    {
        var saved = await transaction.Connection!.ExecuteAsync(Sql(
            $"""
            insert into reader_position (reader, segment, frame, record) values (@reader, @Segment, @Frame, @Index)
            on conflict (reader) do update set segment = excluded.segment, frame = excluded.frame, record = excluded.record
            {(epoch is null ? "" : "where reader_position.epoch = @epoch")}
            """, new { reader, position.Segment, position.Frame, position.Index, epoch = epoch ?? 0 }, transaction, stop)).ConfigureAwait(false);
        return saved == 1 ? saved : throw new ReaderTakenOverException(reader, epoch ?? 0);
    }

    sealed record PositionRow(long Segment, long Frame, long Record)
    {
        public EventPosition Position => new((int)Segment, (int)Frame, (int)Record);
    }
}
