using AuditWatch.Detection.Alerts;

namespace AuditWatch.Detection.EventLayer;

/// <summary>What the event layer made of one batch of events (a journal frame, a block of a file), in their order. Reused; filled by one thread, read by another after it.</summary>
sealed class JudgedBatch
{
    readonly Dictionary<int, string> _longAuditIds = [];
    Act[] _acts = new Act[512];

    /// <summary>The file, or null when the places are journal records.</summary>
    public string? File { get; private set; }

    public int Segment { get; private set; }

    public int Frame { get; private set; }

    public int Count { get; private set; }

    public List<EventHit> Hits { get; } = [];

    public ReadOnlySpan<Act> Acts => _acts.AsSpan(0, Count);

    public void Begin(string? file, int segment, int frame)
    {
        (File, Segment, Frame, Count) = (file, segment, frame, 0);
        Hits.Clear();
        _longAuditIds.Clear();
    }

    public ref Act Add()
    {
        if (Count == _acts.Length) Array.Resize(ref _acts, Count * 2);
        ref var act = ref _acts[Count++];
        act = default;
        return ref act;
    }

    public void KeepLongAuditId(int place, string auditId) => _longAuditIds[place] = auditId;

    public string LongAuditId(int place) => _longAuditIds.GetValueOrDefault(place, "");

    public EvidencePosition PositionOf(in Act act) => File is null ? EvidencePosition.Journal(Segment, Frame, act.Place) : EvidencePosition.InFile(File, act.Place);
}
