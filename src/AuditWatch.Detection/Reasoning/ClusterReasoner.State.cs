using AuditWatch.Detection.Alerts;
using AuditWatch.Detection.Counting;
using AuditWatch.Detection.EventLayer;
using AuditWatch.Detection.Incidents;
using AuditWatch.Detection.Knowledge;
using AuditWatch.Detection.State;
using AuditWatch.Events;

namespace AuditWatch.Detection.Reasoning;

// What survives a restart, and how it comes back.
sealed partial class ClusterReasoner
{
    const string ClockKind = "clock", SightingKind = "sighting", CredentialKind = "credential", ArmedKind = "armed", AlertKind = "open-alert", CountedKind = "counted", FirstSeenKind = "first-seen";
    const string ObjectKind = "object", OwnerKind = "owner-alert", CaseKind = "case", CertifiedKind = "certified", PresenceKind = "presence", UsualKind = "usual", BaselineKind = "baseline";

    /// <summary>
    /// State changed since last asked. The reorder buffer is not among it: what waits lies in the journal, so a restart reads again from the oldest record that is
    /// still in reach, and finds exactly what waited.
    /// </summary>
    public IReadOnlyList<StateChange> TakeStateChanges(IReadOnlyList<OpenAlert> changedAlerts)
    {
        var changes = new List<StateChange>();
        foreach (var sighting in _kept)
            Put(SightingKind, sighting.Sequence.ToString("d19", System.Globalization.CultureInfo.InvariantCulture), StateJson.Write(SavedSighting.Of(sighting), StateJson.Default.SavedSighting), sighting.TimeMicros + _chains.WithinMicros + _reachMicros);
        _kept.Clear();
        foreach (var (id, record) in _credentials.TakeChanges())
            Put(CredentialKind, id, record is null ? null : StateJson.Write(record, StateJson.Default.CredentialRecord), (record?.LastMicros ?? 0) + CredentialTable.KeptMicros);
        foreach (var (subject, armed) in _firstCertified.TakeChanges())
            Put(CertifiedKind, subject, armed is null ? null : StateJson.Write(armed, StateJson.Default.ArmedSubject), (armed?.Since.TimeMicros ?? 0) + FirstActs.KeptMicros);
        foreach (var (subject, armed) in _firstActs.TakeChanges())
            Put(ArmedKind, subject, armed is null ? null : StateJson.Write(armed, StateJson.Default.ArmedSubject), (armed?.Since.TimeMicros ?? 0) + FirstActs.KeptMicros);
        foreach (var (sequence, counted, expires) in _counted.TakeChanges())
            Put(CountedKind, sequence.ToString("d19", System.Globalization.CultureInfo.InvariantCulture), counted is null ? null : StateJson.Write(counted, StateJson.Default.SavedCounted), expires + _reachMicros);
        foreach (var (key, usual, expires) in _counted.TakeUsual())
            Put(UsualKind, key, usual is null ? null : StateJson.Write(usual, StateJson.Default.SavedUsual), expires + _reachMicros);
        foreach (var (key, presence) in _absences.TakeChanges())
            Put(PresenceKind, key, presence is null ? null : StateJson.Write(presence, StateJson.Default.SavedPresence), long.MaxValue);
        foreach (var (key, seen, expires) in _firstSeen.TakeChanges())
            Put(FirstSeenKind, key, seen is null ? null : StateJson.Write(seen, StateJson.Default.SavedFirstSeen), expires == long.MaxValue ? expires : expires + _reachMicros);
        foreach (var alert in changedAlerts)
            Put(AlertKind, alert.Id, StateJson.Write(alert.ToRecord(), StateJson.Default.OpenAlertRecord), Math.Max(alert.LastMicros + _alerts.KeptForMicros, alert.HeldUntilMicros));
        foreach (var (key, known) in _objects.TakeChanges()) Put(ObjectKind, key, known is null ? null : StateJson.Write(known, StateJson.Default.KnownObject), long.MaxValue);
        if (_objects.TakeBaselineChange() is { } baseline) Put(BaselineKind, "", StateJson.Write(baseline, StateJson.Default.SavedBaseline), long.MaxValue);
        foreach (var (key, alert) in _owners.TakeChanges())
            Put(OwnerKind, key, alert is null ? null : StateJson.Write(alert, StateJson.Default.OwnerAlert), (alert?.LastMicros ?? 0) + OwnerAlerts.ReachMicros + _reachMicros);
        foreach (var (id, file) in _changedCases)
            Put(CaseKind, id, file is null or { MergedInto: not null } ? null : StateJson.Write(file, StateJson.Default.CaseFile), (file?.LastMicros ?? 0) + CaseFiles.KeptMicros);
        _changedCases = [];
        foreach (var closed in _alerts.TakeClosed()) Put(AlertKind, closed, null, 0);
        Put(ClockKind, "", StateJson.Write(new ReasonerClock(_newest, _watermark, _dossiers.NextSequence, OldestInReach()), StateJson.Default.ReasonerClock), long.MaxValue);
        return changes;

        void Put(string kind, string key, byte[]? value, long expires) => changes.Add(new StateChange(_cluster.Name, kind, key, value, expires));
    }

    /// <summary>Alerts raised or changed since last asked, in no order; gives back the ids of those that nothing can change any more.</summary>
    public IReadOnlyList<string> TakeAlerts(ICollection<OpenAlert> changed) => _alerts.Take(changed);

    /// <summary>Without a place to keep state, what would have been saved is let go.</summary>
    public void ForgetChanges()
    {
        _kept.Clear();
        _credentials.ForgetChanges();
        _firstActs.ForgetChanges();
        _firstCertified.ForgetChanges();
        _counted.ForgetChanges();
        _firstSeen.ForgetChanges();
        _absences.ForgetChanges();
        _objects.ForgetChanges();
        _owners.ForgetChanges();
        _caseFiles.TakeChanges();
        _alerts.TakeClosed();
    }

    /// <summary>Takes over what was saved; gives back from where the journal must be read again.</summary>
    public EventPosition Import(IEnumerable<StateChange> state, EventPosition committed)
    {
        var clock = new ReasonerClock(long.MinValue, long.MinValue, 1, null);
        var sightings = new List<Sighting>();
        var counted = new List<SavedCounted>();
        SavedBaseline? baseline = null;
        foreach (var entry in state)
        {
            if (entry.Value is not { } value) continue;
            switch (entry.Kind)
            {
                case ClockKind: clock = StateJson.Read(value, StateJson.Default.ReasonerClock); break;
                case SightingKind: sightings.Add(StateJson.Read(value, StateJson.Default.SavedSighting).ToSighting()); break;
                case CredentialKind: _credentials.Restore(StateJson.Read(value, StateJson.Default.CredentialRecord)); break;
                case ArmedKind: _firstActs.Restore(StateJson.Read(value, StateJson.Default.ArmedSubject)); break;
                case CertifiedKind: _firstCertified.Restore(StateJson.Read(value, StateJson.Default.ArmedSubject)); break;
                case AlertKind: _alerts.Restore(new OpenAlert(StateJson.Read(value, StateJson.Default.OpenAlertRecord))); break;
                case FirstSeenKind: _firstSeen.Restore(StateJson.Read(value, StateJson.Default.SavedFirstSeen)); break;
                case UsualKind: _counted.Restore(entry.Key, StateJson.Read(value, StateJson.Default.SavedUsual)); break;
                case PresenceKind: _absences.Restore(entry.Key, StateJson.Read(value, StateJson.Default.SavedPresence)); break;
                case ObjectKind: _objects.Restore(StateJson.Read(value, StateJson.Default.KnownObject)); break;
                case OwnerKind: _owners.Restore(StateJson.Read(value, StateJson.Default.OwnerAlert)); break;
                case CaseKind: _caseFiles.Restore(StateJson.Read(value, StateJson.Default.CaseFile)); break;
                case BaselineKind: baseline = StateJson.Read(value, StateJson.Default.SavedBaseline); break;
                case CountedKind: counted.Add(StateJson.Read(value, StateJson.Default.SavedCounted)); break;
                default: break;
            }
        }

        _objects.ResumeBaseline(baseline, clock.WatermarkMicros);
        foreach (var sighting in sightings.OrderBy(s => s.Sequence)) _dossiers.File(sighting, _chains.KeptIn(sighting.BlindRule ?? sighting.Rule));
        foreach (var request in counted.OrderBy(c => c.Sequence)) _counted.Restore(request, clock.WatermarkMicros);
        _dossiers.Settle();
        _cases.Take(_caseFiles.Come, []);
        _caseFiles.Come.Clear();
        (_newest, _watermark, _dossiers.NextSequence) = (clock.NewestMicros, clock.WatermarkMicros, clock.NextSequence);
        return clock.ReadAfter ?? committed;
    }

    /// <summary>
    /// Reads again what was accounted for before the restart: it fills the reorder buffer's reach as it was. All else about these events is saved state.
    /// </summary>
    public void ReadAgain(JudgedBatch batch, int act, int firstHit, int hits)
    {
        var recent = new RecentAct(batch.Acts[act], batch);
        if (recent.Act.TimeMicros <= _watermark) return;
        Remember(recent);
        for (var i = 0; i < hits; i++)
        {
            var hit = batch.Hits[firstHit + i];
            if (IsOrdered(hit)) _buffer.Add(new Pending(hit.Facts.Key, recent, hit));
        }
    }

    // Nothing waits when nothing came in the buffer's reach, or an idle mark has let all of it go.
    EventPosition? OldestInReach()
    {
        EventPosition? oldest = _ring.Count > 0 ? _ring[0].JournalPosition : null;
        foreach (var pending in _buffer.Waiting)
            if (oldest is null || pending.Act.JournalPosition < oldest) oldest = pending.Act.JournalPosition;
        return oldest is { } place ? place with { Index = place.Index - 1 } : null;
    }

    /// <summary>An exception that came while detection ran. Which findings it covers was worked out in the event layer, so it matters not when it is added.</summary>
    public void Except(SiteException exception) => _cases.Add(exception);

    /// <summary>What exceptions hid since last asked.</summary>
    public IReadOnlyList<ExceptionUse> TakeHidden() => _cases.TakeUsed();
}
