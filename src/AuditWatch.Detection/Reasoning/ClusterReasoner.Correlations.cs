using AuditWatch.Detection.Counting;
using AuditWatch.Detection.EventLayer;

namespace AuditWatch.Detection.Reasoning;

// Correlations over what the rules, or other correlations, found.
sealed partial class ClusterReasoner
{
    void Release()
    {
        while (true)
        {
            // What comes at the last moment of a silence ends it.
            while (_buffer.TryTake(Math.Min(_watermark, _absences.NextMicros), out var pending)) Judge(pending);
            if (_absences.NextMicros > _watermark) break;
            if (_absences.TakeNext() is { } silent) Tell(silent);
        }

        _ring.Pass(_watermark);
    }

    // Groups that have fallen silent.
    void Tell(Presence silent)
    {
        var found = silent.Silence();
        if (Trace?.Follows(found.By) == true) Trace.Add(TraceOf(silent, found), found);
        Place(found, null);
        if (!found.By.RaisesAlert) return;
        if (found.Past is null) _dossiers.Place(found);
        _facts.Add(new HeldCorrelation(found, _dossiers.Findings, isTemporal: false));
    }

    void Count(Sighting member, Capture capture, Pending pending, bool isLate)
    {
        if (capture.Rule.IsAbsence)
        {
            if (Trace?.Follows(capture.Rule.Identity) == true) Trace.Add(TraceOf(member, capture), null);
            _absences.Take(capture, member, _watermark, isLate);
            return;
        }

        var before = Trace?.Follows(capture.Rule.Identity) == true ? CountersOf(capture.Rule) : null;
        var group = capture.Rule.IsFirstSeen
            ? _firstSeen.Take(capture, member.Event, isLate ? _watermark : member.Event.TimeMicros)
            : _counted.Take(capture, member.Event, _watermark, isLate, _nextSequence);
        if (group is null)
        {
            if (before is not null) Trace!.Add(TraceOf(member, capture, null, before, isLate), null);
            return;
        }

        var found = new Sighting(capture.Rule.Identity, member.Event, member.Matched, [], capture.OwnExceptions) { Group = group, Suppression = capture.Rule.SuppressionOf(capture.Group!) };
        if (before is not null) Trace!.Add(TraceOf(member, capture, group, before, isLate), found);
        Place(found, pending);
        if (found.By.RaisesAlert) Find(found, new HeldCorrelation(found, _dossiers.Findings, capture.Rule.IsTemporal), pending);
        // What is counted over a count is how often it began to hold; in time it matters that it holds.
        foreach (var outer in _correlations.Over(found.By.Id))
            if (group.IsNew || outer.Rule.IsTemporal) Count(found, outer.Take(capture.Group!, capture.Exceptions), pending, isLate);
    }
}
