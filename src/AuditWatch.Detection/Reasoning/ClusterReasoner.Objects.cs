using AuditWatch.Detection.Alerts;
using AuditWatch.Detection.EventLayer;
using AuditWatch.Detection.Incidents;
using AuditWatch.Detection.Knowledge;
using AuditWatch.Sigma.Evaluation;

namespace AuditWatch.Detection.Reasoning;

// What is known of objects, the alerts that pods join through their owners, and the incidents that alerts make together.
sealed partial class ClusterReasoner
{
    readonly ObjectKnowledge _objects = new();
    readonly OwnerAlerts _owners = new();
    readonly CaseFiles _caseFiles;
    readonly List<Finding> _direct = [];
    readonly BlindChains _blind = new();

    /// <summary>Incidents as they stand now, by id.</summary>
    public IReadOnlyList<Incident> Incidents => [.. _cases.Open.Values.Select(o => IncidentOf(_caseFiles.Find(o.CaseId)!, o)).OrderBy(i => i.IncidentId, StringComparer.Ordinal)];

    /// <summary>Incidents opened, changed or withdrawn since last asked, by id.</summary>
    public IReadOnlyList<Incident> TakeChangedIncidents()
    {
        _changedCases = _caseFiles.TakeChanges();
        if (_changedCases.Count == 0) return [];
        var open = _cases.Open;
        var incidents = new List<Incident>();
        foreach (var (id, file) in _changedCases)
        {
            if (file is null) continue;
            if (file.MergedInto is null && open.TryGetValue(id, out var incident))
            {
                file.IsTold = true;
                incidents.Add(IncidentOf(file, incident));
            }
            else if (file.IsTold)
            {
                file.IsTold = false;
                incidents.Add(Withdrawn(file));
            }
        }

        return incidents;
    }

    IReadOnlyList<(string Id, CaseFile? File)> _changedCases = [];

    /// <summary>Knows from a snapshot, from its time on, what was there before the log. Before anything else.</summary>
    public void Await(ClusterBaseline baseline) => _objects.Await(baseline);

    static bool HasOrder(EventHit hit)
    {
        if (hit.Note is not null) return true;
        foreach (var sighting in hit.Sightings)
            if (sighting.By.RaisesAlert) return true;
        return false;
    }

    /// <summary>Whether it must wait for its place in the order, because it may be part of an alert on an owner, or of one on others like it.</summary>
    static bool WaitsForOthers(Sighting sighting) => sighting.Suppression is not null || sighting is { JoinsOwners: true, IsOwned: true };

    // What a step could not say is filed too, so that a story that hangs on it is known to be unknown.
    void PlaceBlinds(EventHit hit)
    {
        foreach (var blind in hit.Blinds)
        {
            _dossiers.Place(blind);
            _ = EndsStories(blind, blind.BlindRule!);
            Keep(blind, blind.BlindRule!);
            BlindActs(blind, blind.BlindRule!);
        }
    }

    void Keep(Sighting blind, string rule)
    {
        if (_chains.KeptIn(rule) is not { Count: > 0 } kinds) return;
        _dossiers.File(blind, kinds);
        _kept.Add(blind);
    }

    // Whoever was given rights or a certificate that the log does not tell of: of nobody it can be said that they have not acted since.
    void BlindActs(Sighting given, string rule)
    {
        var first = rule switch { TableSightings.PrivilegedBinding => TableSightings.FirstAct, TableSightings.CertificateApproved => TableSightings.FirstActByCertificate, _ => null };
        if (first is null || given.Subjects.Count > 0) return;
        var why = given.Why == UnknownReason.None ? UnknownReason.LevelTooLow : given.Why;
        foreach (var unsaid in given.BlindRule is null ? [given.By, first] : new[] { first })
        {
            var blind = new Sighting(unsaid with { Rule = unsaid.Rule with { Name = Dossiers.Blind(unsaid.Name) }, RaisesAlert = false }, given.Event, [], [], []) { Why = why, Known = given.Known };
            _dossiers.Place(blind);
            Keep(blind, unsaid.Name);
        }
    }

    // Whether it ends some story. Where that cannot be said, it is counted.
    bool EndsStories(Sighting end, string rule)
    {
        var ends = false;
        foreach (var (chain, story) in _chains.EndedBy(rule))
        {
            try
            {
                var verdict = story.Judge(end);
                if (verdict.Evidence is not null) ends = true;
                else if (verdict.Why != UnknownReason.None) _blind.Add(chain, verdict.Why);
            }
            catch (Exception e) when (e is not OutOfMemoryException)
            {
                // The same question fails again in the session, which counts it and goes on.
                _blind.Add(chain, UnknownReason.RuleFailed);
                ends = true;
            }
        }

        return ends;
    }

    // Before anything is placed: what was known at the time of the event. After it: what the event itself tells.
    void Know(EventHit hit)
    {
        ObjectFacts? known = null;
        foreach (var sighting in hit.Sightings)
            if (IsReasonedAbout(sighting)) sighting.Known = known ??= _objects.Around(hit.Facts, hit.Note);
        foreach (var blind in hit.Blinds) blind.Known = known ??= _objects.Around(hit.Facts, hit.Note);

        if (hit.Note is not { } note) return;
        foreach (var sighting in hit.Sightings)
            if (sighting.By.RaisesAlert) sighting.Owner = Owner(sighting, note);
        _objects.Take(note, hit.Facts);
    }

    // Most sightings are only counted, and nobody asks what was known around them.
    bool IsReasonedAbout(Sighting sighting) => sighting.By.RaisesAlert || (sighting.MayBeStep && (_chains.CanEnd(sighting.Rule) || _chains.KeptIn(sighting.Rule).Count > 0));

    OwnerAlert? Owner(Sighting sighting, ObjectNote note) =>
        sighting.JoinsOwners ? _owners.Take(sighting, AlertId.Of(_cluster.Name, sighting.By.Id, sighting.Event.Request), _objects.OwnersOf(note.Object, note)) : null;

    // A rule that raises alerts by itself, in its place in the order: told already, unless it had to wait for others.
    void Direct(Sighting sighting, Pending pending)
    {
        if (!sighting.By.RaisesAlert) return;
        if (sighting.Past is null) _dossiers.Place(sighting);
        if (!WaitsForOthers(sighting))
        {
            if (_makesIncidents) _direct.Add(new Finding(sighting.By, sighting.By.Level, sighting, story: null) { Joins = sighting.Owner });
            return;
        }

        _facts.Add(new Arrived(sighting, _dossiers.Findings) { Joins = sighting.Owner, IsOrdered = true });
        _stages.Follow(sighting.Event, pending.Act.Act.Request, _ring);
    }

    // What was found in order, alert by alert, becomes part of cases. An exception hides a step, not what it has to do with others.
    void FileCases(List<(Finding Finding, string AlertId)> found)
    {
        found.AddRange(_direct.Select(f => (f, f.AlertId)));
        _direct.Clear();
        foreach (var (finding, alertId) in found.OrderBy(f => f.Finding.End.Sequence).ThenBy(f => f.Finding.By.Id, StringComparer.Ordinal)) _caseFiles.Take(finding, alertId);
        _cases.Take(_caseFiles.Come, _caseFiles.Gone);
        _caseFiles.Come.Clear();
        _caseFiles.Gone.Clear();
    }

    Incident IncidentOf(CaseFile file, OpenCase open)
    {
        var steps = open.Steps.OrderBy(s => s.TimeMicros).ThenBy(s => s.Sequence).ToList();
        return new Incident
        {
            IncidentId = file.Id,
            Cluster = _cluster.Name,
            Level = Levels.Highest(steps.Select(s => s.Level)),
            FirstMicros = steps[0].TimeMicros,
            LastMicros = Math.Max(file.LastMicros, steps[^1].TimeMicros),
            Actors = [.. steps.Select(s => s.Actor).Where(a => a.Length > 0).Distinct().Order(StringComparer.Ordinal)],
            Steps = [.. steps.Select(s => new IncidentStep(s.AlertId, s.TimeMicros, s.Rule, s.Level, s.Line, s.Reasons))],
            AlertCount = Math.Max(file.AlertCount - (file.Steps.Count - steps.Count), steps.Count),
        };
    }

    Incident Withdrawn(CaseFile file) => new()
    {
        IncidentId = file.Id,
        Cluster = _cluster.Name,
        Level = "informational",
        FirstMicros = file.Steps.Count > 0 ? file.Steps[0].TimeMicros : file.LastMicros,
        LastMicros = file.LastMicros,
        Actors = [],
        Steps = [],
        AlertCount = 0,
        IsWithdrawn = true,
        MergedInto = file.MergedInto,
    };
}
