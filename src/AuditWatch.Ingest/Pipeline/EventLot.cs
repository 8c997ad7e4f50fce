using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using AuditWatch.Events;
using AuditWatch.Ingest.Journal;

namespace AuditWatch.Ingest.Pipeline;

/// <summary>
/// Cleaned events that go to the journal together. Each lies behind what its id is also made of (contracts §2: cluster and event, each after its length), so that
/// one pass over contiguous bytes gives the id.
/// </summary>
internal sealed class EventLot : IDisposable
{
    readonly byte[] _prefix;
    readonly List<(int Start, int Length)> _records = [];
    readonly List<long> _times = [];
    readonly List<EventId> _ids = [];

    public EventLot(string cluster, int expected = 0)
    {
        Buffer = new GrowingBuffer(expected);
        var name = Encoding.UTF8.GetBytes(cluster);
        _prefix = new byte[4 + name.Length];
        BinaryPrimitives.WriteInt32BigEndian(_prefix, name.Length);
        name.CopyTo(_prefix, 4);
    }

    public GrowingBuffer Buffer { get; }

    public int Count => _records.Count;

    /// <summary>Writes what stands before an event; the event must be written next, then <see cref="End"/> called.</summary>
    public int Begin()
    {
        var start = Buffer.Length;
        Buffer.Write(_prefix);
        Buffer.Write([0, 0, 0, 0]);
        return start;
    }

    /// <summary>The event that began at <paramref name="start"/> is complete.</summary>
    public EventId End(int start, long timeMicros)
    {
        var at = start + _prefix.Length + 4;
        var length = Buffer.Length - at;
        ToOneLine(Buffer.Slice(at, length));
        BinaryPrimitives.WriteInt32BigEndian(Buffer.Slice(at - 4, 4), length);
        Span<byte> digest = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(Buffer.Slice(start, Buffer.Length - start), digest);
        var id = new EventId(BinaryPrimitives.ReadUInt128BigEndian(digest));
        _records.Add((at, length));
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

    public void Dispose() => Buffer.Dispose();
}
