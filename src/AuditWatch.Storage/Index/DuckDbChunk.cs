using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using DuckDB.NET.Data;
using DuckDB.NET.Native;
using DuckDBAppender = DuckDB.NET.Native.DuckDBAppender;

namespace AuditWatch.Storage.Index;

/// <summary>
/// Hands rows to DuckDB's appender as whole vectors. Texts are not copied on the way: a vector's entry points into the batch's pinned block until the appender
/// has taken the chunk, which copies. They are valid UTF-8 because the scanner, or our own encoder, made sure.
/// </summary>
internal sealed unsafe class DuckDbChunk : IDisposable
{
    readonly DuckDBDataChunk _chunk;
    readonly nint[] _vectors;

    public DuckDbChunk(DuckDBConnection connection)
    {
        using var appender = NewAppender(connection);
        var count = (int)NativeMethods.Appender.DuckDBAppenderColumnCount(appender);
        var types = Enumerable.Range(0, count).Select(column => NativeMethods.Appender.DuckDBAppenderColumnType(appender, (ulong)column)).ToArray();
        _chunk = NativeMethods.DataChunks.DuckDBCreateDataChunk([.. types.Select(type => type.DangerousGetHandle())], (ulong)count);
        foreach (var type in types) type.Dispose();
        _vectors = new nint[count];
    }

    public static DuckDBAppender NewAppender(DuckDBConnection connection) =>
        NativeMethods.Appender.DuckDBAppenderCreate(connection.NativeConnection, null!, "stored_event", out var appender) == DuckDBState.Success
            ? appender
            : throw new InvalidOperationException("The index's event table cannot be appended to.");

    /// <summary>Appends a batch's rows from one on. False when DuckDB refuses them.</summary>
    public bool TryAppend(DuckDBAppender appender, IndexBatch batch, int from)
    {
        var rows = batch.Count - from;
        if (rows <= 0) return true;
        NativeMethods.DataChunks.DuckDBDataChunkReset(_chunk);
        for (var column = 0; column < _vectors.Length; column++) _vectors[column] = NativeMethods.DataChunks.DuckDBDataChunkGetVector(_chunk, column);

        var at = 0;
        Ids(_vectors[at++], batch.Ids[from..]);
        AuditUuids(_vectors[at++], batch.AuditUuids[from..]);
        batch.Times[from..].CopyTo(new Span<long>(Data(_vectors[at++]), rows));
        Times(_vectors[at++], batch.Received[from..]);
        for (var column = TextColumn.Cluster; column < TextColumn.Count; column++) Texts(_vectors[at++], batch, batch.Texts(column)[from..]);
        for (var column = WordColumn.Stage; column < WordColumn.Count; column++) Words(_vectors[at++], batch.Words(column)[from..]);
        for (var column = ListColumn.UserGroups; column < ListColumn.Count; column++) Lists(_vectors[at++], batch, column, from);
        for (var column = NumberColumn.Code; column < NumberColumn.Count; column++)
            Numbers(_vectors[at++], batch.Numbers(column)[from..], zeroIsNull: column == NumberColumn.Code);
        for (var column = FlagColumn.Impersonated; column < FlagColumn.Count; column++)
            batch.Flags(column)[from..].CopyTo(new Span<bool>(Data(_vectors[at++]), rows));

        NativeMethods.DataChunks.DuckDBDataChunkSetSize(_chunk, (ulong)rows);
        return NativeMethods.Appender.DuckDBAppendDataChunk(appender, _chunk) == DuckDBState.Success;
    }

    public void Dispose() => _chunk.Dispose();

    static void* Data(nint vector) => NativeMethods.Vectors.DuckDBVectorGetData(vector);

    // A UUID is stored as a signed number whose order is that of its digits: the highest bit is turned over.
    static void Ids(nint vector, ReadOnlySpan<UInt128> ids)
    {
        var data = (UInt128*)Data(vector);
        for (var row = 0; row < ids.Length; row++) data[row] = ids[row] ^ (UInt128.One << 127);
    }

    static void AuditUuids(nint vector, ReadOnlySpan<UInt128?> uuids)
    {
        var data = (UInt128*)Data(vector);
        var nulls = new Nulls(vector);
        for (var row = 0; row < uuids.Length; row++)
        {
            if (uuids[row] is { } uuid) data[row] = uuid ^ (UInt128.One << 127);
            else nulls.Set(row);
        }
    }

    static void Times(nint vector, ReadOnlySpan<long> micros)
    {
        var data = (long*)Data(vector);
        var nulls = new Nulls(vector);
        for (var row = 0; row < micros.Length; row++)
        {
            data[row] = micros[row];
            if (micros[row] == 0) nulls.Set(row);
        }
    }

    static void Numbers(nint vector, ReadOnlySpan<int> numbers, bool zeroIsNull)
    {
        numbers.CopyTo(new Span<int>(Data(vector), numbers.Length));
        if (!zeroIsNull) return;
        var nulls = new Nulls(vector);
        for (var row = 0; row < numbers.Length; row++)
            if (numbers[row] == 0) nulls.Set(row);
    }

    static void Words(nint vector, ReadOnlySpan<byte> words)
    {
        var data = (byte*)Data(vector);
        var nulls = new Nulls(vector);
        for (var row = 0; row < words.Length; row++)
        {
            if (words[row] == 0) nulls.Set(row);
            data[row] = (byte)(words[row] == 0 ? 0 : words[row] - 1);
        }
    }

    static void Texts(nint vector, IndexBatch batch, ReadOnlySpan<IndexBatch.TextRef> texts)
    {
        var data = (DuckText*)Data(vector);
        var nulls = new Nulls(vector);
        for (var row = 0; row < texts.Length; row++)
        {
            if (texts[row].IsNone) nulls.Set(row);
            else data[row].PointTo(batch.Bytes(texts[row]));
        }
    }

    static void Lists(nint vector, IndexBatch batch, ListColumn column, int from)
    {
        var ends = batch.ListEnds(column);
        var first = from == 0 ? 0 : ends[from - 1];
        var items = batch.ListItems(column)[first..];
        NativeMethods.Vectors.DuckDBListVectorReserve(vector, (ulong)Math.Max(1, items.Length));
        var entries = (ListEntry*)Data(vector);
        var start = first;
        for (var row = from; row < ends.Length; row++)
        {
            entries[row - from] = new ListEntry((ulong)(start - first), (ulong)(ends[row] - start));
            start = ends[row];
        }

        Texts(NativeMethods.Vectors.DuckDBListVectorGetChild(vector), batch, items);
        NativeMethods.Vectors.DuckDBListVectorSetSize(vector, (ulong)items.Length);
    }

    readonly record struct ListEntry(ulong Offset, ulong Length);

    // DuckDB's string: its length, then up to 12 bytes in place, or 4 of them and the address of all.
    [StructLayout(LayoutKind.Sequential, Pack = 4)]
    struct DuckText
    {
        uint _length;
        uint _prefix;
        ulong _rest;

        public void PointTo(ReadOnlySpan<byte> pinned)
        {
            _length = (uint)pinned.Length;
            if (pinned.Length <= 12)
            {
                _prefix = 0;
                _rest = 0;
                pinned.CopyTo(MemoryMarshal.CreateSpan(ref Unsafe.As<uint, byte>(ref _prefix), 12));
                return;
            }

            _prefix = MemoryMarshal.Read<uint>(pinned);
            _rest = (ulong)Unsafe.AsPointer(ref MemoryMarshal.GetReference(pinned));
        }
    }

    // The bit mask of a vector, asked for only when a row is null.
    ref struct Nulls(nint vector)
    {
        ulong* _valid;

        public void Set(int row)
        {
            if (_valid == null)
            {
                NativeMethods.Vectors.DuckDBVectorEnsureValidityWritable(vector);
                _valid = NativeMethods.Vectors.DuckDBVectorGetValidity(vector);
            }

            _valid[row >> 6] &= ~(1UL << (row & 63));
        }
    }
}
