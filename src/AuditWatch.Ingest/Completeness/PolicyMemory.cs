using AuditWatch.Events.Model;

namespace AuditWatch.Ingest.Completeness;

/// <summary>
/// What an API server's audit policy has shown of itself: the levels of each kind of request, and which stages and levels there are at all. What changes is
/// gathered for a minute of event time, so that a new policy is one change and not fifty.
/// </summary>
sealed class PolicyMemory
{
    const int MostKinds = 512, MostChanges = 20, LookEvery = 256;
    const long GatherMicros = 60_000_000, DayMicros = 86_400_000_000;

    readonly Dictionary<ulong, KindMemory> _kinds = [];

    /// <summary>For the saved state.</summary>
    public List<KindMemory> Kinds
    {
        get => [.. _kinds.Values];
        set
        {
            _kinds.Clear();
            foreach (var kind in value) _kinds[kind.Hash] = kind;
        }
    }

    public ShareMemory[] Stages { get; set; } = [.. Enumerable.Range(0, 5).Select(_ => new ShareMemory())];

    public ShareMemory[] Levels { get; set; } = [.. Enumerable.Range(0, 4).Select(_ => new ShareMemory())];

    public long FirstMicros { get; set; }

    public long NewestMicros { get; set; }

    /// <summary>Changes that wait to be told, since when, and whether rules see less or more by them.</summary>
    public List<string> Changes { get; set; } = [];

    public long ChangedMicros { get; set; }

    public bool TellsLess { get; set; }

    public bool TellsMore { get; set; }

    public void Observe(in SeenEvent seen, long number, long micros, bool isLearnt)
    {
        if (FirstMicros == 0) FirstMicros = micros;
        NewestMicros = Math.Max(NewestMicros, micros);
        var (level, stage) = (seen.Level, seen.Stage);
        if (level != 0) ObserveKind(seen, level, micros, isLearnt);
        var wasGone = Stages[stage].IsGone;
        if (stage != 0 && Stages[stage].Observe(number, micros, isLearnt)) Add($"stage {(AuditStage)stage}: {(wasGone ? "back" : "new")}", micros, isLess: false);
        if (level != 0) Levels[level].Observe(number, micros, isLearnt);
        if (isLearnt && number % LookEvery == 0) LookForGone(number);
    }

    /// <summary>Changes that have been gathered long enough, which is never longer than an API server is learnt; null: none.</summary>
    public (IReadOnlyList<string> Changes, long SinceMicros, string Direction)? TakeChange(long nowMicros, TimeSpan learn)
    {
        if (Changes.Count == 0 || nowMicros - ChangedMicros < Math.Min(GatherMicros, learn.Ticks / TimeSpan.TicksPerMicrosecond)) return null;
        var taken = (Changes, ChangedMicros, TellsLess && TellsMore ? "both" : TellsLess ? "less" : "more");
        (Changes, ChangedMicros, TellsLess, TellsMore) = ([], 0, false, false);
        return taken;
    }

    void ObserveKind(in SeenEvent seen, int level, long micros, bool isLearnt)
    {
        var hash = seen.Kind;
        if (hash == 0) return;
        if (!_kinds.TryGetValue(hash, out var kind))
        {
            if (_kinds.Count >= MostKinds) return;
            _kinds.Add(hash, kind = new KindMemory { Hash = hash, Name = seen.KindText() });
        }

        if (kind.Observe(level, isLearnt, out var before)) Add($"{kind.Name}: {Words(before)} → {(AuditLevel)level}", micros, before >= 1 << (level + 1));
    }

    void LookForGone(long number)
    {
        for (var stage = 1; stage < Stages.Length; stage++)
            if (Stages[stage].HasGone(number, NewestMicros, 0.2, TimeSpan.FromMinutes(10))) Add($"stage {(AuditStage)stage}: gone", NewestMicros, isLess: true);
        // Who works at what time of day changes the mix of levels, so a whole day must be known first.
        if (NewestMicros - FirstMicros < DayMicros) return;
        for (var level = 1; level < Levels.Length; level++)
            if (Levels[level].HasGone(number, NewestMicros, 0.05, TimeSpan.FromHours(1))) Add($"level {(AuditLevel)level}: gone", NewestMicros, isLess: true);
    }

    void Add(string change, long micros, bool isLess)
    {
        if (Changes.Count == 0) ChangedMicros = micros;
        if (Changes.Count < MostChanges) Changes.Add(change);
        TellsLess |= isLess;
        TellsMore |= !isLess;
    }

    static string Words(int levels) => string.Join(" and ", Enumerable.Range(1, 3).Where(l => (levels & 1 << l) != 0).Select(l => (AuditLevel)l));
}
