using AuditWatch.Events;
using AuditWatch.Ingest.Journal;

namespace AuditWatch.Ingest.Sources.Falco;

/// <summary>Cleaned alerts that go to the journal together.</summary>
internal sealed class FalcoLot(string cluster)
{
    readonly List<ReadOnlyMemory<byte>> _records = [];
    readonly List<EventId> _ids = [];
    readonly List<long> _times = [];

    public int Count => _records.Count;

    public long Bytes { get; private set; }

    public void Add(byte[] alert, long timeMicros)
    {
        _records.Add(alert);
        _ids.Add(EventId.Of(cluster, alert));
        _times.Add(timeMicros);
        Bytes += alert.Length;
    }

    public JournalBatch ToBatch(string source) => new(cluster, source, "", RecordKind.Falco, _records) { Ids = _ids, EventTimes = _times };
}
