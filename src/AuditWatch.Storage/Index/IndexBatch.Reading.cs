using AuditWatch.Events;

namespace AuditWatch.Storage.Index;

public sealed partial class IndexBatch
{
    /// <summary>About how many bytes its texts take.</summary>
    internal long TextBytes => _block * (long)BlockBytes + _used;

    internal ReadOnlySpan<UInt128> Ids => _ids.AsSpan(0, Count);

    internal ReadOnlySpan<UInt128?> AuditUuids => _auditUuids.AsSpan(0, Count);

    internal ReadOnlySpan<long> Times => _times.AsSpan(0, Count);

    internal ReadOnlySpan<long> Received => _received.AsSpan(0, Count);

    internal ReadOnlySpan<TextRef> Texts(TextColumn column) => _texts[(int)column].AsSpan(0, Count);

    internal ReadOnlySpan<byte> Words(WordColumn column) => _words[(int)column].AsSpan(0, Count);

    internal ReadOnlySpan<int> Numbers(NumberColumn column) => _numbers[(int)column].AsSpan(0, Count);

    internal ReadOnlySpan<bool> Flags(FlagColumn column) => _flags[(int)column].AsSpan(0, Count);

    /// <summary>For each row, where its texts end in <see cref="ListItems"/>.</summary>
    internal ReadOnlySpan<int> ListEnds(ListColumn column) => _listEnds[(int)column].AsSpan(0, Count);

    internal ReadOnlySpan<TextRef> ListItems(ListColumn column) => System.Runtime.InteropServices.CollectionsMarshal.AsSpan(_listItems[(int)column]);

    /// <summary>A text's bytes; their address does not change until the batch is cleared.</summary>
    internal ReadOnlySpan<byte> Bytes(TextRef text) => _blocks[text.Block].AsSpan(text.Offset, text.Length);

    /// <summary>Where a row's event lies.</summary>
    internal EventPosition PositionOf(int row) =>
        new(_numbers[(int)NumberColumn.Segment][row], _numbers[(int)NumberColumn.Frame][row], _numbers[(int)NumberColumn.Index][row]);

    /// <summary>The first row that lies after a position; rows are in journal order.</summary>
    internal int FirstAfter(EventPosition position)
    {
        var row = 0;
        while (row < Count && PositionOf(row) <= position) row++;
        return row;
    }

    internal readonly record struct TextRef(int Block, int Offset, int Length)
    {
        public static readonly TextRef None = new(0, 0, -1);

        public bool IsNone => Length < 0;
    }
}
