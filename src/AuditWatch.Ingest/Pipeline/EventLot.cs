using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using AuditWatch.Events;
using AuditWatch.Ingest.Journal;

namespace AuditWatch.Ingest.Pipeline;

/// <summary>
/// Cleaned events that go to the journal together, one behind the other, as a frame holds them. For as long as an event's id is made, what it is also made of
/// (contracts §2: cluster and event, each after its length) stands before it in place of what the event before it ends with, so that one pass gives the id.
/// </summary>
internal sealed class EventLot : IDisposable
{
    readonly byte[] _prefix, _covered;
    readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    readonly List<(int Start, int Length)> _records = [];
    readonly List<long> _times = [];
    readonly List<EventId> _ids = [];

    public EventLot(string cluster, int expected = 0)
    {
        Buffer = new GrowingBuffer(expected);
        var name = Encoding.UTF8.GetBytes(cluster);
        _prefix = new byte[4 + name.Length + 4];
        _covered = new byte[_prefix.Length];
        BinaryPrimitives.WriteInt32BigEndian(_prefix, name.Length);
        name.CopyTo(_prefix, 4);
    }

    public GrowingBuffer Buffer { get; }

    public int Count => _records.Count;

    /// <summary>Where the next event begins; it must be written there, then <see cref="End"/> called.</summary>
    public int Begin()
    {
        if (Buffer.Length == 0) Buffer.Write(_prefix);
        return Buffer.Length;
    }

    /// <summary>The event that began at <paramref name="start"/> is complete.</summary>
    public EventId End(int start, long timeMicros)
    {
        var length = Buffer.Length - start;
        ToOneLine(Buffer.Slice(start, length));
        var before = Buffer.Slice(start - _prefix.Length, _prefix.Length);
        before.CopyTo(_covered);
        _prefix.CopyTo(before);
        BinaryPrimitives.WriteInt32BigEndian(before[^4..], length);
        Span<byte> digest = stackalloc byte[SHA256.HashSizeInBytes];
        _hash.AppendData(Buffer.Slice(start - _prefix.Length, _prefix.Length + length));
        _hash.GetHashAndReset(digest);
        _covered.CopyTo(before);
        var id = new EventId(BinaryPrimitives.ReadUInt128BigEndian(digest));
        _records.Add((start, length));
        _times.Add(timeMicros);
        _ids.Add(id);
        return id;
    }

    // JSON has line breaks only between tokens. An event that came over several lines is stored on one, so that every line of an export is one event and still has its id.
    static void ToOneLine(Span<byte> json)
    {
        if (!json.ContainsAny((byte)'\n', (byte)'\r')) return;
        json.Replace((byte)'\n', (byte)' ');
        json.Replace((byte)'\r', (byte)' ');
    }

    /// <summary>The last event's bytes.</summary>
    public ReadOnlySpan<byte> Last => Buffer.Slice(_records[^1].Start, _records[^1].Length);

    public JournalBatch ToBatch(string cluster, string source, string position, RecordKind kind = RecordKind.Audit)
    {
        var records = new ReadOnlyMemory<byte>[_records.Count];
        for (var i = 0; i < records.Length; i++) records[i] = Buffer.Memory(_records[i].Start, _records[i].Length);
        return new JournalBatch(cluster, source, position, kind, records) { EventTimes = _times, Ids = _ids };
    }

    public void Dispose()
    {
        Buffer.Dispose();
        _hash.Dispose();
    }
}
