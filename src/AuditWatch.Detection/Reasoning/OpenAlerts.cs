using System.Runtime.InteropServices;
using System.Text;
using AuditWatch.Detection.Alerts;
using AuditWatch.Detection.EventLayer;

namespace AuditWatch.Detection.Reasoning;

/// <summary>The alerts that later evidence, or a later stage of their request, can still change.</summary>
sealed class OpenAlerts(long keptMicros = OpenAlerts.KeptMicros)
{
    /// <summary>Closed after this long without evidence, in event time: a story, or a request that may still end.</summary>
    public const long KeptMicros = 48L * 3_600_000_000;

    public const int Most = 50_000;

    // An alert about one request that has ended: only a repeat could still join.
    const long KeptOnceOverMicros = 3_600_000_000;

    readonly Dictionary<string, OpenAlert> _byId = new(StringComparer.Ordinal);
    readonly Dictionary<ulong, List<OpenAlert>> _waiting = [];
    readonly Dictionary<string, OpenAlert> _latestOfGroup = new(StringComparer.Ordinal);
    readonly Dictionary<string, OpenAlert> _held = new(StringComparer.Ordinal);
    readonly HashSet<OpenAlert> _changed = [];
    readonly List<string> _closed = [];
    long _number;

    /// <summary>Alerts closed early to make room.</summary>
    public long Evicted { get; private set; }

    public int Count => _byId.Count;

    public long KeptForMicros => keptMicros;

    public long Raised { get; private set; }

    /// <summary>Findings that joined an alert because their rule suppresses further ones.</summary>
    public long Suppressed { get; private set; }

    /// <summary>Takes a finding in; gives back the id of the alert that it is now part of.</summary>
    public string Take(Finding finding, StagesSeen stages)
    {
        ref var open = ref CollectionsMarshal.GetValueRefOrAddDefault(_byId, IdOf(finding), out var known);
        if (!known)
        {
            open = new OpenAlert(finding, ++_number);
            Raised++;
            if (open.GroupKey is { } group) _latestOfGroup[group] = open;
            if (open.SuppressionKey is { } key) _held[key] = open;
            _changed.Add(open);
        }
        else if (open!.Join(finding)) _changed.Add(open);

        if (stages.Latest(open.DecisiveRequest) is { } seen && open.See(open.DecisiveRequest, seen.Stage, seen.TimeMicros, seen.Outcome)) _changed.Add(open);
        if (!known) Wait(open);
        return open.Id;
    }

    public bool IsAnyWaiting => _waiting.Count > 0;

    /// <summary>An event of some request: whether it is a later stage of one that an alert is about.</summary>
    public void See(in RecentAct recent)
    {
        if (!_waiting.TryGetValue(recent.Act.Request, out var alerts)) return;
        foreach (var alert in alerts)
            if (alert.See(recent.Request, recent.Act.Stage, recent.Act.TimeMicros, recent.Act.Outcome)) _changed.Add(alert);
        alerts.RemoveAll(a => a.IsOver);
        if (alerts.Count == 0) _waiting.Remove(recent.Act.Request);
    }

    /// <summary>Adds what changed to <paramref name="changed"/>, in no order; gives back the ids of those that were closed.</summary>
    public IReadOnlyList<string> Take(ICollection<OpenAlert> changed)
    {
        foreach (var alert in _changed) changed.Add(alert);
        _changed.Clear();
        return TakeClosed();
    }

    /// <summary>Alerts raised or changed since last asked, as they now stand. Of one that was closed and raised again meanwhile, the later is told.</summary>
    public IReadOnlyList<OpenAlert> TakeChanged()
    {
        var changed = _changed.OrderByDescending(a => a.Number).DistinctBy(a => a.Id, StringComparer.Ordinal).OrderBy(a => a.Alert.TimeMicros).ThenBy(a => a.By.Id, StringComparer.Ordinal).ThenBy(a => a.Id, StringComparer.Ordinal).ToList();
        _changed.Clear();
        return changed;
    }

    /// <summary>Alerts closed since last asked, and not raised again since.</summary>
    public IReadOnlyList<string> TakeClosed()
    {
        if (_closed.Count == 0) return [];
        string[] closed = [.. _closed.Where(id => !_byId.ContainsKey(id))];
        _closed.Clear();
        return closed;
    }

    public void Restore(OpenAlert alert)
    {
        _byId[alert.Id] = alert;
        _number = Math.Max(_number, alert.Number);
        if (alert.GroupKey is { } group && IsLater(alert, _latestOfGroup.GetValueOrDefault(group))) _latestOfGroup[group] = alert;
        if (alert.SuppressionKey is { } key && IsLater(alert, _held.GetValueOrDefault(key))) _held[key] = alert;
        Wait(alert);
    }

    public void Forget(long newestMicros)
    {
        foreach (var alert in _byId.Values.Where(a => a.HeldUntilMicros < newestMicros && a.LastMicros < newestMicros - (a.IsStory || a.MayOwn || !a.IsOver ? keptMicros : KeptOnceOverMicros)).ToList()) Close(alert);
        if (_byId.Count <= Most) return;
        foreach (var alert in _byId.Values.OrderBy(a => a.LastMicros).ThenBy(a => a.Id, StringComparer.Ordinal).Take(_byId.Count - (Most * 9 / 10)).ToList())
        {
            Close(alert);
            Evicted++;
        }
    }

    // What a correlation finds joins the latest alert of its group while a request of that is in reach.
    string IdOf(Finding finding)
    {
        if (finding.Joins is { } owner && _byId.ContainsKey(owner.AlertId)) return owner.AlertId;
        if (finding.Group is { } group && _latestOfGroup.TryGetValue(group.GroupKey, out var latest))
        {
            for (var i = group.Members.Count - 1; i >= 0; i--)
                if (latest.Has(group.Members[i].Request)) return latest.Id;
        }

        var own = finding.AlertId;
        if (finding.Suppression is not { } suppression || _byId.ContainsKey(own)) return own;
        if (!_held.TryGetValue(OpenAlert.KeyOf(finding, suppression), out var held)) return own;
        // A later stage of a request that has joined stays with it.
        if (finding.End.TimeMicros >= held.HeldUntilMicros && !held.Has(finding.End.Event.Request)) return own;
        Suppressed++;
        return held.Id;
    }

    // States of earlier versions have no numbers.
    static bool IsLater(OpenAlert alert, OpenAlert? other) => other is null || (alert.Number, alert.LastMicros).CompareTo((other.Number, other.LastMicros)) > 0;

    void Wait(OpenAlert alert)
    {
        if (alert.IsOver) return;
        ref var alerts = ref CollectionsMarshal.GetValueRefOrAddDefault(_waiting, HashOf(alert), out _);
        (alerts ??= []).Add(alert);
    }

    void Close(OpenAlert alert)
    {
        _byId.Remove(alert.Id);
        _closed.Add(alert.Id);
        if (alert.GroupKey is { } group && _latestOfGroup.GetValueOrDefault(group) == alert) _latestOfGroup.Remove(group);
        if (alert.SuppressionKey is { } key && _held.GetValueOrDefault(key) == alert) _held.Remove(key);
        if (_waiting.TryGetValue(HashOf(alert), out var alerts) && alerts.Remove(alert) && alerts.Count == 0) _waiting.Remove(HashOf(alert));
    }

    static ulong HashOf(OpenAlert alert) => TextHash.OfRequest(Encoding.UTF8.GetBytes(alert.DecisiveRequest.AuditId), alert.DecisiveRequest.ReceivedMicros);
}
