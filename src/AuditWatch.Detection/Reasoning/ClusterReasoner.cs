using AuditWatch.Detection.Alerts;
using AuditWatch.Detection.Counting;
using AuditWatch.Detection.EventLayer;
using AuditWatch.Detection.Incidents;
using AuditWatch.Detection.Rules;
using AuditWatch.Detection.State;
using AuditWatch.Events;
using AuditWatch.Events.Model;
using NRules;

namespace AuditWatch.Detection.Reasoning;

/// <summary>
/// All reasoning about one cluster, in one thread. What arrives is judged in two ways: rules that raise alerts by themselves at once, chains and tables in the
/// order of event time, behind the reorder buffer. What comes out depends on the events and the order of their arrival alone: not on how they were cut into
/// batches, how many workers judged them, or whether the process was restarted in between.
/// </summary>
sealed partial class ClusterReasoner
{
    const long SweepEveryMicros = 600_000_000;

    readonly ClusterFacts _cluster;
    readonly ChainCatalog _chains;
    readonly Judge _judge;
    readonly Cases _cases;
    readonly Dossiers _dossiers = new();
    readonly CredentialTable _credentials;
    readonly FirstActs _firstActs = new(), _firstCertified = new(byCertificate: true);
    readonly OpenAlerts _alerts;
    readonly CountedTable _counted;
    readonly AbsenceTable _absences;
    readonly FirstSeenTable _firstSeen;
    readonly CorrelationSet _correlations;
    readonly bool _correlates;
    readonly StagesSeen _stages = new();
    readonly ReorderBuffer _buffer = new();
    readonly ActRing _ring = new();
    readonly long _reachMicros;
    readonly bool _makesIncidents;
    readonly Func<long> _nextSequence;

    readonly List<object> _facts = [];
    readonly List<ArmedSubject> _matched = [];
    readonly List<Sighting> _kept = [];
    long _newest = long.MinValue, _watermark = long.MinValue, _swept = long.MinValue;

    public ClusterReasoner(ClusterFacts cluster, RuleSnapshot rules, long reachMicros = ReorderBuffer.DefaultReachMicros, bool makesIncidents = true, bool isSaved = true)
    {
        _cluster = cluster;
        _chains = rules.Chains;
        _judge = new Judge(rules.Reasoning);
        _cases = new Cases(rules.SiteExceptions);
        _credentials = new CredentialTable(cluster);
        _correlations = rules.Correlations;
        _correlates = rules.Correlations.All.Count > 0 || rules.For(cluster).Rules.Any(r => r.Suppress is not null);
        _firstSeen = new FirstSeenTable(rules.Correlations.All.Where(c => c.IsFirstSeen), isSaved: isSaved);
        _counted = new CountedTable(rules.Correlations.All.Where(c => !c.IsFirstSeen && !c.IsAbsence));
        _absences = new AbsenceTable(rules.Correlations.All.Where(c => c.IsAbsence), isSaved: isSaved);
        _alerts = new OpenAlerts(Math.Max(OpenAlerts.KeptMicros, rules.Correlations.All.Select(c => c.SpanMicros * 2).DefaultIfEmpty().Max()));
        (_reachMicros, _makesIncidents) = (reachMicros, makesIncidents);
        _caseFiles = new CaseFiles(cluster.Name);
        _nextSequence = () => _dossiers.NextSequence++;
    }

    /// <summary>What one rule makes of what it is given, for an explanation; null: nobody asks.</summary>
    public RuleTrace? Trace { get; init; }

    /// <summary>Hits that came after event time had passed them: judged as they came.</summary>
    public long Late { get; private set; }

    /// <summary>Event time below which more may still come from other inputs; nothing is taken for passed beyond it.</summary>
    public long FloorMicros { get; set; } = long.MaxValue;

    public ReasonerFigures Figures => new(Late, _ring.Overflow, _cases.Hidden, _credentials.Evicted, _alerts.Evicted, _alerts.Raised, _judge.Failures, _judge.Quarantined)
    {
        Suppressed = _alerts.Suppressed, FirstSeen = _firstSeen.Figures, Counted = [.. _counted.Figures, .. _absences.Figures], ObjectsForgotten = _objects.Evicted, CasesClosed = _caseFiles.Evicted,
        BaselineIsTooOld = _objects.BaselineIsTooOld, JoinedOwners = _owners.Joined, BlindChains = _blind.Counts,
    };

    /// <summary>Takes one event as the event layer judged it; <see cref="Conclude"/> ends a batch of them.</summary>
    public void Take(JudgedBatch batch, int act, int firstHit, int hits, long receivedMicros)
    {
        var recent = new RecentAct(batch.Acts[act], batch);
        Pass(recent, receivedMicros);
        for (var i = 0; i < hits; i++) Arrive(batch.Hits[firstHit + i], recent);
        Release();
    }

    /// <summary>Nothing came for a while, or nothing more will come: all that waits is judged.</summary>
    public void Idle()
    {
        _watermark = Math.Max(_watermark, _newest);
        Release();
        // What waits with a time beyond belief is let go too; it does not move event time.
        while (_buffer.TryTake(long.MaxValue, out var pending)) Judge(pending);
        _ring.Pass(long.MaxValue);
        Conclude();
    }

    /// <summary>Judges what has gathered. The batch's end: only here are facts shown to the rules, and only here is anything forgotten.</summary>
    public void Conclude()
    {
        _judge.Run(_facts);
        _facts.Clear();
        // Where findings can join one another's alert, their order decides which; the session does not keep it.
        var visible = _cases.Visible(_dossiers.Findings);
        var alerts = new Dictionary<Finding, string>();
        foreach (var finding in visible.OrderBy(f => f is { Group: null, Joins: null, Suppression: null } ? 0 : f.End.Sequence)) alerts[finding] = Tell(finding);
        if (Trace is not null) TellHidden(visible);
        if (_makesIncidents) FileCases([.. _dossiers.Findings.Where(f => f.IsOrdered).Select(f => (f, alerts.GetValueOrDefault(f, f.Joins?.AlertId ?? f.AlertId)))]);
        _dossiers.Findings.Clear();
        _dossiers.Settle();
        _stages.Clear();
        if (_newest > _swept + SweepEveryMicros) Sweep();
    }

    /// <summary>Alerts raised or changed since last asked, by (time, rule id, alert id).</summary>
    public IReadOnlyList<OpenAlert> TakeChangedAlerts() => _alerts.TakeChanged();

    void Pass(in RecentAct recent, long receivedMicros)
    {
        ref readonly var act = ref recent.Act;
        if (_alerts.IsAnyWaiting) _alerts.See(recent);
        if (!_stages.IsEmpty) _stages.See(recent);
        // Nothing is received before it happens: a clock that runs ahead must not make everybody else late.
        var believed = receivedMicros > 0 ? Math.Min(act.TimeMicros, receivedMicros) : act.TimeMicros;
        if (believed > _newest) _newest = believed;
        _watermark = Math.Max(_watermark, Math.Min(_newest, Math.Max(FloorMicros, long.MinValue / 2)) - _reachMicros);

        if (act.TimeMicros <= _watermark) return;
        _firstSeen.Pass(act.TimeMicros);
        Remember(recent);
    }

    void Remember(in RecentAct recent)
    {
        _ring.Add(recent);
        if (!_firstActs.IsEmpty) Offer(recent, _firstActs);
        if (!_firstCertified.IsEmpty) Offer(recent, _firstCertified);
        if (recent.Act.Credential != 0 && _credentials.Find(recent.Act.Credential) is { } credential) Wait(credential, recent);
    }

    void Arrive(EventHit hit, in RecentAct recent)
    {
        var follow = false;
        foreach (var sighting in hit.Sightings)
        {
            // One that joins others waits for its place among them.
            if (!sighting.By.RaisesAlert || WaitsForOthers(sighting)) continue;
            _facts.Add(new Arrived(sighting, _dossiers.Findings));
            follow = true;
        }

        if (follow) _stages.Follow(hit.Facts, recent.Act.Request, _ring);
        if (!IsOrdered(hit)) return;
        var pending = new Pending(hit.Facts.Key, recent, hit);
        if (hit.Facts.TimeMicros > _watermark)
        {
            _buffer.Add(pending);
            return;
        }

        // What waits is older in the order of judging.
        Release();
        Late++;
        Judge(pending, isLate: true);
    }

    bool IsOrdered(EventHit hit)
    {
        if (HasOrder(hit)) return true;
        if (_chains == ChainCatalog.None && !_correlates) return false;
        if (_chains != ChainCatalog.None && hit.Facts.IssuedCredentialId is not null) return true;
        if (hit.Blinds.Count > 0) return true;
        foreach (var sighting in hit.Sightings)
            if (sighting.Captures.Count > 0 || sighting.Suppression is not null || sighting.MayBeStep) return true;
        return false;
    }

    // In order of event time. What the tables make of an event comes before what rules found on it.
    void Judge(Pending pending, bool isLate = false)
    {
        if (pending.Armed is { } armed)
        {
            if ((armed.ByCertificate ? _firstCertified : _firstActs).TryTake(armed)) Place(FirstActOf(armed, pending.Act), pending);
            return;
        }

        if (pending.Used is { } credential)
        {
            foreach (var sighting in _credentials.Used(credential, pending.Act)) Place(sighting, pending);
            return;
        }

        var hit = pending.Hit!;
        if (hit.Facts.IssuedCredentialId is not null && _credentials.Issued(hit.Facts) is { } issued)
            for (var i = 0; i < _ring.Count; i++)
                if (_ring[i].Act.Credential != 0 && _credentials.Find(_ring[i].Act.Credential) == issued) Wait(issued, _ring[i]);
        Know(hit);
        foreach (var sighting in hit.Sightings)
        {
            Place(sighting, pending);
            Direct(sighting, pending);
            foreach (var capture in sighting.Captures) Count(sighting, capture.Among(hit.Sightings), pending, isLate);
        }

        PlaceBlinds(hit);
    }

    void Find(Sighting sighting, object fact, Pending pending)
    {
        if (sighting.Past is null) _dossiers.Place(sighting);
        _facts.Add(fact);
        _stages.Follow(sighting.Event, pending.Act.Act.Request, _ring);
    }

    void Place(Sighting sighting, Pending? pending)
    {
        if (!sighting.MayBeStep) return;
        var kinds = _chains.KeptIn(sighting.Rule);
        var canEnd = _chains.CanEnd(sighting.Rule);
        if (kinds.Count == 0 && !canEnd) return;
        if (sighting.Past is null) _dossiers.Place(sighting);
        if (kinds.Count > 0)
        {
            _dossiers.File(sighting, kinds);
            _kept.Add(sighting);
        }

        if (canEnd)
        {
            if (Trace is not null)
                foreach (var (chain, story) in _chains.EndedBy(sighting.Rule))
                    if (Trace.Follows(chain)) Trace.Add(RuleTrace.Of(sighting, story), sighting);
            if (EndsStories(sighting, sighting.Rule) || !_chains.AskForStories)
            {
                _facts.Add(sighting);
                if (pending is not null) _stages.Follow(sighting.Event, pending.Act.Act.Request, _ring);
            }
        }

        BlindActs(sighting, sighting.Rule);
        if (sighting.Subjects.Count == 0) return;
        var acts = sighting.Rule switch { TableSightings.PrivilegedBinding => _firstActs, TableSightings.CertificateApproved => _firstCertified, _ => null };
        if (acts is null) return;
        foreach (var armed in acts.Arm(sighting).ToList())
            for (var i = 0; i < _ring.Count; i++) Offer(_ring[i], acts, armed);
    }

    void Offer(in RecentAct recent, FirstActs acts)
    {
        acts.Match(recent.Act, _matched);
        foreach (var armed in _matched) Wait(armed, recent);
    }

    void Offer(in RecentAct recent, FirstActs acts, ArmedSubject armed)
    {
        acts.Match(recent.Act, _matched);
        if (_matched.Contains(armed)) Wait(armed, recent);
    }

    // Of several that could be the first, only an earlier one than the one that waits already.
    void Wait(ArmedSubject armed, in RecentAct recent)
    {
        var key = recent.Key;
        if (armed.Candidate is { } better && key >= better) return;
        armed.Candidate = key;
        _buffer.Add(new Pending(key, recent, Armed: armed));
    }

    void Wait(CredentialRecord credential, in RecentAct recent)
    {
        var key = recent.Key;
        var address = recent.Act.ClientIp!;
        if (recent.Act.TimeMicros <= credential.Mint.TimeMicros || credential.Addresses.Contains(address)) return;
        if (credential.Waiting.TryGetValue(address, out var better) && key >= better) return;
        credential.Waiting[address] = key;
        _buffer.Add(new Pending(key, recent, Used: credential));
    }

    Sighting FirstActOf(ArmedSubject armed, in RecentAct recent) =>
        new(armed.ByCertificate ? TableSightings.FirstActByCertificate : TableSightings.FirstAct, recent.ToFacts(_cluster.Name) with { User = armed.User, EffectiveUser = armed.User }, [], [armed.Subject], []);

    void Sweep()
    {
        _swept = _newest;
        _dossiers.ForgetBefore(_newest - _chains.WithinMicros - _reachMicros);
        _credentials.ForgetBefore(_newest - CredentialTable.KeptMicros);
        _firstActs.ForgetBefore(_newest - FirstActs.KeptMicros);
        _firstCertified.ForgetBefore(_newest - FirstActs.KeptMicros);
        _counted.ForgetBefore(_watermark);
        _firstSeen.ForgetBefore(_watermark);
        _alerts.Forget(_newest);
        _owners.ForgetBefore(_newest - OwnerAlerts.ReachMicros - _reachMicros);
        _caseFiles.ForgetBefore(_newest - CaseFiles.KeptMicros);
    }
}
