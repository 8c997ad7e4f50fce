using AuditWatch.Detection.Alerts;
using AuditWatch.Detection.Reasoning;

namespace AuditWatch.Detection.Incidents;

/// <summary>
/// Puts alerts that hang together into cases. Asked in order of event time; bounded in cases, steps and links, and what is forgotten is counted. What of a case
/// can be seen, and whether it is an incident, the cases session decides.
/// </summary>
sealed class CaseFiles(string cluster, int most = 10_000)
{
    /// <summary>A case is closed after this long without a step, in event time.</summary>
    public const long KeptMicros = 48L * 3_600_000_000;

    readonly Dictionary<string, CaseFile> _cases = new(StringComparer.Ordinal);
    readonly Dictionary<string, string> _byLink = new(StringComparer.Ordinal);
    readonly Dictionary<string, string> _byAlert = new(StringComparer.Ordinal);
    readonly SortedDictionary<string, CaseFile?> _changed = new(StringComparer.Ordinal);

    /// <summary>Cases closed early to make room.</summary>
    public long Evicted { get; private set; }

    public int Count => _cases.Count;

    /// <summary>Steps that left since last asked.</summary>
    public List<CaseStep> Gone { get; } = [];

    /// <summary>Steps of cases with more than one that came or moved since last asked.</summary>
    public List<CaseStep> Come { get; } = [];

    public CaseFile? Find(string id) => _cases.GetValueOrDefault(id);

    public void Take(Finding finding, string alertId)
    {
        var (looks, leaves) = CaseLinks.Of(finding);
        var time = finding.End.TimeMicros;
        var reasons = new List<string>();
        var found = new List<CaseFile>();
        if (_byAlert.TryGetValue(alertId, out var own) && _cases.TryGetValue(own, out var its)) found.Add(its);
        foreach (var link in looks)
        {
            if (!_byLink.TryGetValue(link.Id, out var id) || !_cases.TryGetValue(id, out var other) || !other.Links.TryGetValue(link.Id, out var last) || time - last > link.ReachMicros) continue;
            reasons.Add(CaseLinks.Reason(link));
            if (!found.Contains(other)) found.Add(other);
        }

        // What is hardly worth a look belongs to a case, but does not make two of them one.
        if (found.Count > 1 && Levels.Of(finding.Level) < Levels.Of("medium")) found = [Oldest(found)];
        var file = found.Count == 0 ? Open(alertId) : Join(found);
        if (own is null) AddStep(file, finding, alertId, reasons);
        file.LastMicros = Math.Max(file.LastMicros, time);
        foreach (var link in leaves)
        {
            if (file.Links.Count >= CaseFile.MostLinks && !file.Links.ContainsKey(link.Id)) continue;
            file.Links[link.Id] = Math.Max(time, file.Links.GetValueOrDefault(link.Id, long.MinValue));
            _byLink[link.Id] = file.Id;
        }

        _changed[file.Id] = file;
        if (_cases.Count > most) Evict();
    }

    public IReadOnlyList<(string Id, CaseFile? File)> TakeChanges()
    {
        var changes = _changed.Select(c => (c.Key, c.Value)).ToList();
        _changed.Clear();
        return changes;
    }

    public void Restore(CaseFile file)
    {
        _cases[file.Id] = file;
        foreach (var link in file.Links.Keys) _byLink[link] = file.Id;
        foreach (var step in file.Steps)
        {
            step.CaseId = file.Id;
            _byAlert[step.AlertId] = file.Id;
        }

        if (file.Steps.Count > 1) Come.AddRange(file.Steps);
    }

    public void ForgetBefore(long micros)
    {
        foreach (var file in _cases.Values.Where(c => c.LastMicros < micros).ToList()) Close(file);
    }

    CaseFile Open(string alertId)
    {
        var file = new CaseFile { Id = AlertId.Of(cluster, "incident", new RequestKey(alertId, 0)) };
        // The same alert again after its case was closed.
        if (_cases.TryGetValue(file.Id, out var known)) return known;
        _cases[file.Id] = file;
        return file;
    }

    void AddStep(CaseFile file, Finding finding, string alertId, List<string> reasons)
    {
        file.AlertCount++;
        _byAlert[alertId] = file.Id;
        if (file.Steps.Count >= CaseFile.MostSteps && !MakeRoom(file, finding.Level)) return;
        var e = finding.End.Event;
        file.Steps.Add(new CaseStep
        {
            CaseId = file.Id, AlertId = alertId, Sequence = finding.End.Sequence, TimeMicros = e.TimeMicros, Rule = finding.By.Name, Level = finding.Level, Actor = e.EffectiveUser ?? e.User ?? "",
            Line = $"{finding.By.Rule.Title}: {Sentence.Of(e)}", Request = e.Request, Reasons = [.. reasons.Distinct(StringComparer.Ordinal)], Exceptions = finding.Exceptions,
        });
        if (file.Steps.Count == 2) Come.Add(file.Steps[0]);
        if (file.Steps.Count > 1) Come.Add(file.Steps[^1]);
    }

    // A case that is full lets the least of its steps go for a weightier one; the first, from which it has its name, stays.
    bool MakeRoom(CaseFile file, string level)
    {
        var least = file.Steps.Skip(1).MinBy(s => (Levels.Of(s.Level), s.Sequence));
        if (least is null || Levels.Of(least.Level) >= Levels.Of(level)) return false;
        file.Steps.Remove(least);
        Gone.Add(least);
        return true;
    }

    // What turns out to hang together becomes the oldest of the cases.
    CaseFile Join(List<CaseFile> found)
    {
        if (found.Count == 1) return found[0];
        var first = Oldest(found);
        foreach (var other in found)
        {
            if (other == first) continue;
            foreach (var step in other.Steps)
            {
                step.CaseId = first.Id;
                _byAlert[step.AlertId] = first.Id;
            }

            first.Steps.AddRange(other.Steps);
            first.Steps.Sort((a, b) => a.Sequence.CompareTo(b.Sequence));
            if (first.Steps.Count > CaseFile.MostSteps)
            {
                Gone.AddRange(first.Steps.Skip(CaseFile.MostSteps));
                first.Steps.RemoveRange(CaseFile.MostSteps, first.Steps.Count - CaseFile.MostSteps);
            }

            Come.AddRange(first.Steps);
            first.AlertCount += other.AlertCount;
            first.LastMicros = Math.Max(first.LastMicros, other.LastMicros);
            foreach (var (link, last) in other.Links)
            {
                first.Links[link] = Math.Max(last, first.Links.GetValueOrDefault(link, long.MinValue));
                _byLink[link] = first.Id;
            }

            _cases.Remove(other.Id);
            other.MergedInto = first.Id;
            _changed[other.Id] = other;
        }

        return first;
    }

    static CaseFile Oldest(List<CaseFile> found) => found.OrderBy(c => c.Steps.Count == 0 ? long.MaxValue : c.Steps[0].Sequence).ThenBy(c => c.Id, StringComparer.Ordinal).First();

    void Evict()
    {
        foreach (var old in _cases.Values.OrderBy(c => c.LastMicros).ThenBy(c => c.Id, StringComparer.Ordinal).Take(most / 10).ToList())
        {
            Close(old);
            Evicted++;
        }
    }

    void Close(CaseFile file)
    {
        _cases.Remove(file.Id);
        _changed[file.Id] = null;
        if (file.Steps.Count > 1) Gone.AddRange(file.Steps);
        foreach (var step in file.Steps) _byAlert.Remove(step.AlertId);
        foreach (var link in file.Links.Keys)
            if (_byLink.GetValueOrDefault(link) == file.Id) _byLink.Remove(link);
    }
}
