using System.Text.Json.Serialization;
using AuditWatch.Events.Model;

namespace AuditWatch.Ingest.Completeness;

/// <summary>
/// Compares the API servers' own count of audit events with ours, moment by moment of event time. Exact when nothing else happened around a reading (its own
/// request, which is audited too, is told by its user agent); otherwise within the events of that moment. Events that are not here six minutes after a reading are
/// missing: the API server has given them up by then.
/// </summary>
sealed class CounterComparison
{
    const long GivenUpMicros = 360_000_000;
    const int MostPending = 40, MostOwn = 400;

    readonly EventTimes _times = new();
    readonly List<Reading> _pending = [];
    readonly Queue<(long Micros, bool IsBefore)> _own = [];

    /// <summary>How our readings name themselves.</summary>
    public static ReadOnlySpan<byte> UserAgent => "auditwatch-completeness"u8;

    /// <summary>Events of ours, for the saved state.</summary>
    public long Total
    {
        get => _times.Total;
        set => _times.Total = value;
    }

    /// <summary>The last counters of each URL.</summary>
    public Dictionary<string, ServerCounters> Last { get; set; } = [];

    /// <summary>What the API servers said so far, restarts taken into account.</summary>
    public long Said { get; set; }

    public long LostThere { get; set; }

    public long Missing { get; set; }

    /// <summary>Where the comparison begins.</summary>
    public Reading? Base { get; set; }

    /// <summary>The newest reading that was found complete.</summary>
    public Reading? Complete { get; set; }

    /// <summary>How long an event may be on its way before it counts as late, microseconds.</summary>
    [JsonIgnore]
    public long OnItsWay { get; set; } = 60_000_000;

    /// <summary>Its beginning is in the saved state.</summary>
    [JsonIgnore]
    public bool IsBaseSaved { get; private set; }

    [JsonIgnore]
    public string? Error { get; set; }

    public void Add(in SeenEvent seen, long micros)
    {
        _times.Add(micros);
        var (isOwn, isBefore) = (seen.HasUserAgent(UserAgent), seen.Stage == (int)AuditStage.RequestReceived);
        Base = WithLate(Base, micros, isOwn && !isBefore);
        Complete = WithLate(Complete, micros, isOwn && !isBefore);
        if (!isOwn) return;
        if (_own.Count == MostOwn) _own.Dequeue();
        _own.Enqueue((micros, isBefore));
    }

    // An API server that could not post for a while sends what is older than a reading of which we already wrote down how many there were.
    static Reading? WithLate(Reading? reading, long micros, bool isOwnAfter) =>
        reading is { Have: { } have } && micros / EventTimes.StepMicros <= reading.ToMicros / EventTimes.StepMicros && !(isOwnAfter && IsAt(micros, reading))
            ? reading with { Have = have + 1 }
            : reading;

    /// <summary>Takes a reading; returns what the API servers say they have lost since the last, by plugin.</summary>
    public IReadOnlyDictionary<string, long> Take(CounterReading reading)
    {
        Error = null;
        var lost = new Dictionary<string, long>(StringComparer.Ordinal);
        var isNew = Last.Count == 0;
        var isRestarted = false;
        foreach (var (url, now) in reading.Servers)
        {
            var before = Last.GetValueOrDefault(url);
            var isSame = before is not null && before.StartMicros == now.StartMicros && now.Events >= before.Events;
            isRestarted |= before is not null && !isSame;
            // What it counted between the last reading and its end nobody knows: the comparison begins anew below.
            if (before is not null) Said += isSame ? now.Events - before.Events : now.Events;
            foreach (var (plugin, errors) in now.Errors)
                if (errors - (isSame ? before!.Errors.GetValueOrDefault(plugin) : before is null ? errors : 0) is var more and > 0) lost[plugin] = lost.GetValueOrDefault(plugin) + more;
            Last[url] = now;
        }

        LostThere += lost.Values.Sum();
        var pending = new Reading(reading.FromMicros, reading.ToMicros, Said, LostThere);
        if (isNew || isRestarted || Base is null)
        {
            _pending.Clear();
            BeginAt(pending);
        }

        _pending.Add(pending);
        // The oldest in between say least.
        if (_pending.Count > MostPending) _pending.RemoveAt(_pending.Count / 2);
        return lost;
    }

    /// <summary>Looks what is complete, and what will never come. Returns how many events have been found missing just now, and of when; null: none.</summary>
    public (long Missing, long Says, long Have, long AsOfMicros)? Look(long nowMicros)
    {
        if (Base is null) return null;
        if (_times.OldestMicros > Base.FromMicros - 60_000_000) Base = Frozen(Base);
        if (Complete is not null && _times.OldestMicros > Complete.FromMicros - 60_000_000) Complete = Frozen(Complete);
        // A beginning at a quiet moment makes everything behind it exact.
        if (EdgeOf(Base) > 0 && _pending.Find(p => p.ToMicros > Base.ToMicros && IsSettled(p, nowMicros) && EdgeOf(p) == 0 && !IsShort(p)) is { } quiet) BeginAt(quiet);
        foreach (var done in _pending.Where(p => p.ToMicros > (Complete ?? Base).ToMicros && !IsShort(p)).ToList())
            if (Complete is null || EdgeOf(done) <= EdgeOf(Complete) || done.ToMicros - Complete.ToMicros > OnItsWay) Complete = done;
        var late = _pending.FindLast(p => p != Base && nowMicros - p.ToMicros > GivenUpMicros);
        if (late is null) return null;
        var (says, have) = (SaysOf(late), HaveOf(late));
        var missing = says - have - EdgeOf(late) - EdgeOf(Base);
        _pending.RemoveAll(p => p.ToMicros <= late.ToMicros);
        if (missing <= 0) return null;
        Missing += missing;
        BeginAt(late);
        return (missing, says, have, late.ToMicros);
    }

    /// <summary>How the comparison stands.</summary>
    public ComparisonView View(long nowMicros)
    {
        if (Base is null) return new ComparisonView(Error is null ? "waiting" : "no-answer", 0, 0, 0, LostThere, Missing, 0, 0, Error);
        var shown = _pending.Find(p => p.ToMicros > Base.ToMicros && IsSettled(p, nowMicros) && IsShort(p)) ?? Complete ?? Base;
        var (says, have, edge) = (SaysOf(shown), HaveOf(shown), shown == Base ? 0 : EdgeOf(shown) + EdgeOf(Base));
        var state = Error is not null ? "no-answer" : shown == Base ? "waiting" : have < says - edge ? "behind" : have > says + edge ? "more" : Missing > 0 ? "missing" : "complete";
        return new ComparisonView(state, says, have, edge, LostThere, Missing, Base.ToMicros, shown.ToMicros, Error);
    }

    /// <summary>Whether its beginning should be saved now.</summary>
    public bool IsSaveDue(long nowMicros) => !IsBaseSaved && Base is not null && IsSettled(Base, nowMicros);

    /// <summary>It as it is saved: so that it holds without the last minutes. A beginning from which events may still be on their way is left out; the comparison begins anew then.</summary>
    public CounterComparison Saved(long nowMicros)
    {
        IsBaseSaved = Base is not null && IsSettled(Base, nowMicros);
        return new CounterComparison
        {
            Total = Total, Last = Last, Said = Said, LostThere = LostThere, Missing = Missing,
            Base = IsBaseSaved ? Frozen(Base!) : null, Complete = IsBaseSaved && Complete is { } complete ? Frozen(complete) : null,
        };
    }

    bool IsSettled(Reading reading, long nowMicros) => nowMicros - reading.ToMicros > OnItsWay;

    void BeginAt(Reading reading)
    {
        (Base, Complete, IsBaseSaved) = (reading, null, false);
        _pending.RemoveAll(p => p.ToMicros < reading.ToMicros);
    }

    Reading Frozen(Reading p) => p.Have is not null ? p : p with { Have = UpTo(p), Edge = EdgeOf(p) };

    bool IsShort(Reading p) => HaveOf(p) < SaysOf(p) - EdgeOf(p) - EdgeOf(Base!);

    long SaysOf(Reading p) => p.Said - Base!.Said - (p.LostThere - Base.LostThere);

    long HaveOf(Reading p) => UpTo(p) - UpTo(Base!);

    // Our own request: what it is received with is counted before the answer is written, what it is completed with after.
    long UpTo(Reading p) => p.Have ?? _times.UpTo(p.ToMicros) - _own.Count(o => !o.IsBefore && IsAt(o.Micros, p));

    long EdgeOf(Reading p) => p.Have is not null ? p.Edge : Math.Max(0, _times.Between(p.FromMicros, p.ToMicros) - _own.Count(o => IsAt(o.Micros, p)));

    static bool IsAt(long micros, Reading p) => micros / EventTimes.StepMicros >= p.FromMicros / EventTimes.StepMicros && micros / EventTimes.StepMicros <= p.ToMicros / EventTimes.StepMicros;

    /// <summary>A reading that is compared: between which moments, and what had been said by then.</summary>
    public sealed record Reading(long FromMicros, long ToMicros, long Said, long LostThere)
    {
        /// <summary>What we had then; null while the last minutes still tell it.</summary>
        public long? Have { get; init; }

        /// <summary>What could not be told then.</summary>
        public long Edge { get; init; }
    }
}
