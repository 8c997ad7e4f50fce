using System.Globalization;
using AuditWatch.Events.Health;

namespace AuditWatch.Ingest.Completeness;

// What is noticed.
public sealed partial class CompletenessLedger
{
    /// <summary>We listen from now on: silence before it is ours.</summary>
    public void Start(long nowMicros)
    {
        lock (_gate) _startedMicros = nowMicros;
    }

    /// <summary>A source is not read, or posts are refused: its silence is ours too, and is counted from now on.</summary>
    public void Deaf(string source, long nowMicros)
    {
        lock (_gate) _heardSince[source] = nowMicros;
    }

    /// <summary>Looks for who has been silent too long, when everything received has been taken.</summary>
    public void Look(long nowMicros)
    {
        lock (_gate)
        {
            LookAtCounters(nowMicros);
            foreach (var (key, account) in _accounts)
            {
                if (account.Events == 0) continue;
                TellPolicy(key, account, account.LastEvent + Math.Max(0, nowMicros - account.LastReceived), nowMicros);
                if (account.SilentSince != 0 || key.Name == ApiServerKey.Others || !IsTooLong(key, account, nowMicros)) continue;
                account.SilentSince = account.LastReceived;
                account.Silences++;
                _changed.Add(key);
                Silent(key, account, nowMicros);
            }
        }
    }

    /// <summary>When now is on the axis of a cluster's own event times: what it would write into an event.</summary>
    public long EventTime(string cluster, long nowMicros)
    {
        lock (_gate) return EventTimeOf(cluster, nowMicros);
    }

    bool IsTooLong(ApiServerKey key, ApiServerAccount account, long now)
    {
        var heard = Math.Max(account.LastReceived, Math.Max(_startedMicros, _heardSince.GetValueOrDefault(key.Source)));
        return account.Patience(options(key.Cluster)) is { } patience && now - heard > patience;
    }

    void Silent(ApiServerKey key, ApiServerAccount account, long now)
    {
        var others = _accounts.Where(a => a.Key.Cluster == key.Cluster && a.Key != key && a.Value.Events > 0).ToList();
        var speaking = others.Count(a => a.Value.SilentSince == 0 && !IsTooLong(a.Key, a.Value, now));
        // A pod that was replaced has a name that never speaks again; its successor began when it ended.
        var successor = others.Where(a => a.Key.Source == key.Source && a.Value.SilentSince == 0 && a.Value.FirstReceived >= account.LastReceived - 600_000_000 && a.Value.FirstReceived > account.FirstReceived)
            .OrderBy(a => a.Value.FirstReceived).Select(a => a.Key.Name).FirstOrDefault(n => n.Length > 0 && n != ApiServerKey.Others);
        var details = new Dictionary<string, object>
        {
            ["silent_seconds"] = (now - account.LastReceived) / 1_000_000,
            ["usual_seconds"] = account.UsualPause / 1_000_000,
            ["cluster_silent"] = speaking == 0,
            ["others_speaking"] = speaking,
        };
        if (successor is not null) details["replaced_by"] = successor;
        var sentence = $"Nothing has come from the {key} for {Span(now - account.LastReceived)}; its longest pause on this day and the last was {Span(account.UsualPause)}"
            + (speaking == 0 ? ", and nothing else of the cluster speaks" : "") + (successor is null ? "" : $" ({successor} began to speak when it ended)");
        Add(HealthFact.Silent, key, account.SilentSince, now, sentence, details);
    }

    void Speaks(ApiServerKey key, ApiServerAccount account, long received)
    {
        var since = account.SilentSince;
        account.SilentSince = 0;
        account.LongestSilence = Math.Max(account.LongestSilence, received - since);
        var fact = new HealthFact(HealthFact.Speaks, key.Cluster, key.Source, key.Name, since, EventTimeOf(key.Cluster, received), $"The {key} speaks again after {Span(received - since)}")
        {
            Details = new Dictionary<string, object> { ["silent_seconds"] = (received - since) / 1_000_000 },
            Ends = HealthFact.IdOf(HealthFact.Silent, key.Cluster, key.Source, key.Name, since),
            EndsSinceMicros = since,
        };
        _facts.Add(fact);
    }

    void Ahead(ApiServerKey key, ApiServerAccount account, long received)
    {
        account.IsAheadTold = true;
        Add(HealthFact.ClockAhead, key, account.AheadSince, received,
            $"The clock of the {key} is {Span(account.LastAhead)} ahead of ours: its events are dated later than they came",
            new Dictionary<string, object> { ["ahead_seconds"] = account.LastAhead / 1_000_000 });
    }

    void TellPolicy(ApiServerKey key, ApiServerAccount account, long nowEvent, long now)
    {
        if (account.Policy.TakeChange(nowEvent, options(key.Cluster).Learn) is not { } change) return;
        account.PolicyChanges++;
        _changed.Add(key);
        var less = change.Direction == "more" ? "more" : change.Direction == "less" ? "less" : "partly less";
        Add(HealthFact.PolicyChanged, key, change.SinceMicros, now,
            $"The {key} records {less} than before ({string.Join("; ", change.Changes.Take(5))}{(change.Changes.Count > 5 ? $"; {change.Changes.Count - 5} more" : "")}): its audit policy has changed",
            new Dictionary<string, object> { ["changes"] = change.Changes, ["direction"] = change.Direction });
    }

    void Add(string kind, ApiServerKey key, long since, long now, string sentence, Dictionary<string, object> details) =>
        _facts.Add(new HealthFact(kind, key.Cluster, key.Source, key.Name, since, EventTimeOf(key.Cluster, now), sentence) { Details = details });

    long EventTimeOf(string cluster, long now) => _newest.TryGetValue(cluster, out var newest) && newest.Event > 0 ? newest.Event + Math.Max(0, now - newest.Received) : now;

    static string Span(long micros)
    {
        var seconds = micros / 1_000_000;
        return seconds < 120 ? string.Create(CultureInfo.InvariantCulture, $"{seconds} s")
            : seconds < 7200 ? string.Create(CultureInfo.InvariantCulture, $"{seconds / 60} min")
            : string.Create(CultureInfo.InvariantCulture, $"{seconds / 3600} h {seconds % 3600 / 60} min");
    }
}
