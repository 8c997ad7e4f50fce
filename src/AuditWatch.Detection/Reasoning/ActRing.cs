using AuditWatch.Detection.Alerts;
using AuditWatch.Detection.EventLayer;
using AuditWatch.Events;

namespace AuditWatch.Detection.Reasoning;

/// <summary>
/// The acts of the last seconds in order of arrival: those whose event time the reorder buffer has not passed yet. Bounded; what is pushed out is counted.
/// </summary>
sealed class ActRing(int most = 262_144)
{
    RecentAct[] _acts = new RecentAct[1024];
    int _head, _count;

    public int Count => _count;

    /// <summary>Acts pushed out before event time had passed them.</summary>
    public long Overflow { get; private set; }

    public ref readonly RecentAct this[int index] => ref _acts[(_head + index) & (_acts.Length - 1)];

    public void Add(in RecentAct act)
    {
        if (_count == most)
        {
            Pop();
            Overflow++;
        }

        if (_count == _acts.Length) Grow();
        _acts[(_head + _count++) & (_acts.Length - 1)] = act;
    }

    /// <summary>Drops acts from the front that event time has passed.</summary>
    public void Pass(long watermarkMicros)
    {
        while (_count > 0 && _acts[_head].Act.TimeMicros <= watermarkMicros) Pop();
    }

    void Pop()
    {
        _acts[_head] = default;
        _head = (_head + 1) & (_acts.Length - 1);
        _count--;
    }

    void Grow()
    {
        var grown = new RecentAct[_acts.Length * 2];
        for (var i = 0; i < _count; i++) grown[i] = this[i];
        (_acts, _head) = (grown, 0);
    }
}

/// <summary>One act with its place, whatever became of the batch it came in.</summary>
readonly struct RecentAct(in Act act, JudgedBatch batch)
{
    public readonly Act Act = act;
    readonly string? _file = batch.File;
    readonly string? _longAuditId = act.HasLongAuditId ? batch.LongAuditId(act.Place) : null;
    readonly int _segment = batch.Segment, _frame = batch.Frame;

    public string AuditId => _longAuditId ?? Act.ShortAuditId;

    public RequestKey Request => new(AuditId, Act.RequestReceivedMicros);

    public EvidencePosition Position => _file is null ? EvidencePosition.Journal(_segment, _frame, Act.Place) : EvidencePosition.InFile(_file, Act.Place);

    public EventPosition JournalPosition => new(_segment, _frame, Act.Place);

    /// <summary>Where it stands in the order, before everything that rules found on the same event.</summary>
    public SortKey Key => new(Act.TimeMicros, AuditId, Act.Stage, "");

    public EventFacts ToFacts(string cluster) => new()
    {
        Cluster = cluster,
        AuditId = AuditId,
        RequestReceivedMicros = Act.RequestReceivedMicros,
        TimeMicros = Act.TimeMicros,
        TimeSource = Act.TimeSource,
        Stage = Act.Stage,
        EventId = "",
        Position = Position,
        Outcome = Act.Outcome,
    };
}
