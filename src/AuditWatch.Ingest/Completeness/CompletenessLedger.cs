using System.Text.Json;
using AuditWatch.Events.Health;
using AuditWatch.Events.Model;
using AuditWatch.Events.Scanning;
using AuditWatch.Ingest.Journal;

namespace AuditWatch.Ingest.Completeness;

/// <summary>
/// Keeps an account of every API server: what came from it, when last, how it usually comes, and what of that has changed. Fed with the journal's frames in order;
/// what it notices are health facts. Bounded: names of API servers may be made up by whoever sends, so beyond 64 of a source the longest gone makes room, and while
/// none has gone, the rest is counted together.
/// </summary>
/// <param name="options">What is expected of a cluster's API servers.</param>
public sealed partial class CompletenessLedger(Func<string, CompletenessOptions> options)
{
    const int MostPerSource = 64, MostInAll = 2000;
    const long DayMicros = 86_400_000_000;

    readonly Lock _gate = new();
    readonly Dictionary<ApiServerKey, ApiServerAccount> _accounts = [];
    readonly Dictionary<string, (long Event, long Received)> _newest = new(StringComparer.Ordinal);
    readonly Dictionary<string, long> _heardSince = new(StringComparer.Ordinal);
    readonly HashSet<ApiServerKey> _changed = [];
    readonly HashSet<ApiServerKey> _forgotten = [];
    readonly List<HealthFact> _facts = [];
    readonly EventRanges _ranges = new();
    long _startedMicros, _lumped;

    /// <summary>Events that were counted together because there were too many API servers.</summary>
    public long Lumped
    {
        get { lock (_gate) return _lumped; }
    }

    /// <summary>Takes a frame: events, or quarantined records.</summary>
    public void Observe(JournalFrame frame)
    {
        if (frame.Kind is not (RecordKind.Audit or RecordKind.Quarantine)) return;
        lock (_gate)
        {
            var key = KeyOf(new ApiServerKey(frame.Cluster, frame.Source, frame.ApiServer), frame.ReceivedMicros, frame.Records.Count - frame.FirstIndex);
            var account = _accounts[key];
            _changed.Add(key);
            if (frame.Kind == RecordKind.Quarantine)
            {
                account.Quarantined += frame.Records.Count - frame.FirstIndex;
                return;
            }

            var asked = options(frame.Cluster);
            var wasSilent = account.SilentSince;
            account.Observe(frame, _ranges, asked, Math.Max(_startedMicros, _heardSince.GetValueOrDefault(frame.Source)),
                asked.CountersEvery is null || (asked.CountedServer is { } counted && counted != frame.ApiServer) ? null : ComparisonOf(frame.Cluster, asked));
            var newest = _newest.GetValueOrDefault(frame.Cluster);
            if (frame.MaxEventMicros >= newest.Event) _newest[frame.Cluster] = (frame.MaxEventMicros, frame.ReceivedMicros);
            if (wasSilent != 0) Speaks(key, account, frame.ReceivedMicros);
            if (account.AheadSince != 0 && !account.IsAheadTold && frame.ReceivedMicros - account.AheadSince >= asked.Learn.Ticks / TimeSpan.TicksPerMicrosecond / 6) Ahead(key, account, frame.ReceivedMicros);
            TellPolicy(key, account, account.LastEvent, frame.ReceivedMicros);
        }
    }

    /// <summary>Adds counts of events that came again, which the journal does not hold.</summary>
    public void AddRepeats(string cluster, string source, string apiServer, long repeats)
    {
        lock (_gate)
        {
            var key = new ApiServerKey(cluster, source, apiServer);
            if (!_accounts.TryGetValue(key, out var account) && !_accounts.TryGetValue(key = key with { Name = ApiServerKey.Others }, out account)) return;
            account.Repeats += repeats;
            _changed.Add(key);
        }
    }

    /// <summary>Facts noticed since this was last asked.</summary>
    public IReadOnlyList<HealthFact> TakeFacts()
    {
        lock (_gate)
        {
            if (_facts.Count == 0) return [];
            HealthFact[] taken = [.. _facts];
            _facts.Clear();
            return taken;
        }
    }

    /// <summary>How every API server stands.</summary>
    public IReadOnlyList<ApiServerView> Read(long nowMicros)
    {
        lock (_gate)
            return [.. _accounts.Where(a => a.Value.Events + a.Value.Quarantined + a.Value.Repeats > 0)
                .OrderBy(a => a.Key.Cluster, StringComparer.Ordinal).ThenBy(a => a.Key.Source, StringComparer.Ordinal).ThenBy(a => a.Key.Name, StringComparer.Ordinal)
                .Select(a => View(a.Key, a.Value, options(a.Key.Cluster), nowMicros))];
    }

    /// <summary>Accounts that changed since this was last asked, for the saved state; null: forgotten.</summary>
    public IReadOnlyList<(ApiServerKey Key, byte[]? Saved)> TakeChanged()
    {
        lock (_gate)
        {
            List<(ApiServerKey, byte[]?)> changed = [.. _forgotten.Where(k => !_accounts.ContainsKey(k)).Select(k => (k, (byte[]?)null)), .. _changed.Where(_accounts.ContainsKey).Select(k => (k, (byte[]?)JsonSerializer.SerializeToUtf8Bytes(_accounts[k])))];
            _changed.Clear();
            _forgotten.Clear();
            return changed;
        }
    }

    /// <summary>What was taken could not be saved.</summary>
    public void Unsaved(IEnumerable<ApiServerKey> keys)
    {
        lock (_gate)
            foreach (var key in keys)
                (_accounts.ContainsKey(key) ? _changed : _forgotten).Add(key);
    }

    /// <summary>Takes over saved accounts. Once, before anything else. An account that cannot be read begins anew.</summary>
    public void Restore(IEnumerable<(ApiServerKey Key, byte[] Saved)> saved)
    {
        lock (_gate)
        {
            foreach (var (key, json) in saved)
            {
                try
                {
                    if (JsonSerializer.Deserialize<ApiServerAccount>(json) is not { } account) continue;
                    _accounts[key] = account;
                    var newest = _newest.GetValueOrDefault(key.Cluster);
                    if (account.LastEvent > newest.Event) _newest[key.Cluster] = (account.LastEvent, account.LastReceived);
                }
                catch (JsonException)
                {
                    // Written by another version.
                }
            }
        }
    }

    static ApiServerView View(ApiServerKey key, ApiServerAccount a, CompletenessOptions asked, long now) => new(key)
    {
        State = a.SilentSince != 0 ? "silent" : a.Patience(asked) is null && asked.TellsSilence ? "new" : "speaks",
        Events = a.Events, Rate = a.RateAt(now), Repeats = a.Repeats, Quarantined = a.Quarantined, Truncated = a.Truncated, Cut = a.Cut,
        FirstReceived = a.FirstReceived, LastReceived = a.LastReceived, FirstEvent = a.FirstEvent, LastEvent = a.LastEvent,
        SilentSince = a.SilentSince, UsualPause = a.UsualPause, Patience = a.Patience(asked), Silences = a.Silences, LongestSilence = a.LongestSilence,
        Ahead = a.LastAhead, PolicyChanges = a.PolicyChanges,
        Stages = Enumerable.Range(1, 4).Where(s => a.Policy.Stages[s].Events > 0).ToDictionary(s => ((AuditStage)s).ToString(), s => a.Policy.Stages[s].Events),
        Levels = Enumerable.Range(1, 3).Where(l => a.Policy.Levels[l].Events > 0).ToDictionary(l => ((AuditLevel)l).ToString(), l => a.Policy.Levels[l].Events),
    };

    ApiServerKey KeyOf(ApiServerKey key, long receivedMicros, long records)
    {
        if (_accounts.ContainsKey(key)) return key;
        var same = _accounts.Where(a => a.Key.Cluster == key.Cluster && a.Key.Source == key.Source).ToList();
        if (same.Count >= MostPerSource || _accounts.Count >= MostInAll)
        {
            var gone = (same.Count >= MostPerSource ? same : [.. _accounts]).Where(a => a.Key.Name != ApiServerKey.Others).MinBy(a => a.Value.LastReceived);
            if (gone.Value is null || gone.Value.LastReceived > receivedMicros - DayMicros)
            {
                _lumped += records;
                key = key with { Name = ApiServerKey.Others };
            }
            else
            {
                _accounts.Remove(gone.Key);
                _changed.Remove(gone.Key);
                _forgotten.Add(gone.Key);
            }
        }

        _accounts.TryAdd(key, new ApiServerAccount());
        return key;
    }
}
