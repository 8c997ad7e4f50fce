using AuditWatch.Detection.EventLayer;
using AuditWatch.Events.Model;

namespace AuditWatch.Detection.Reasoning;

/// <summary>Follows every credential from where it was issued to where it is used. Asked in order of event time only.</summary>
sealed class CredentialTable(ClusterFacts cluster)
{
    /// <summary>Forgotten after this long without news, in event time.</summary>
    public const long KeptMicros = 48L * 3_600_000_000;

    public const int Most = 200_000;

    readonly Dictionary<string, CredentialRecord> _credentials = new(StringComparer.Ordinal);
    readonly HashSet<string> _changed = new(StringComparer.Ordinal);

    /// <summary>Credentials that were forgotten to make room.</summary>
    public long Evicted { get; private set; }

    public int Count => _credentials.Count;

    /// <summary>Takes note of the event; adds what it shows to <paramref name="found"/>, in order.</summary>
    public void See(EventFacts e, List<Sighting> found)
    {
        if (e.IssuedCredentialId is { } issued && Of(issued, e.TimeMicros) is { Mint: null } fresh)
            fresh.Mint = new MintRecord(e, e.User?.StartsWith("system:node:", StringComparison.Ordinal) == true);
        // Only tokens and certificates have ids; a request without one cannot be told from another.
        if (e.CredentialId is not { } used || e.ClientIp is not { } address) return;
        var credential = Of(used, e.TimeMicros);
        if (credential.Addresses.Contains(address)) return;
        if (credential.Addresses.Count == CredentialRecord.MostAddresses) credential.Addresses.RemoveAt(0);
        credential.Addresses.Add(address);
        if (!CredentialHome.IsElsewhere(credential, address, cluster))
        {
            credential.Home ??= address;
            return;
        }

        if (credential.Mint is { } mint) found.Add(new Sighting(TableSightings.CredentialIssued, mint.Event, [], [], []));
        found.Add(new Sighting(TableSightings.CredentialElsewhere, e, [], [], []));
    }

    public IEnumerable<(string Id, CredentialRecord? Record)> TakeChanges()
    {
        var changes = _changed.Order(StringComparer.Ordinal).Select(id => (id, _credentials.GetValueOrDefault(id))).ToList();
        _changed.Clear();
        return changes;
    }

    public void Restore(string id, CredentialRecord record) => _credentials[id] = record;

    public void ForgetChanges() => _changed.Clear();

    public void ForgetBefore(long micros)
    {
        foreach (var (id, record) in _credentials)
            if (record.LastMicros < micros) Drop(id);
        if (_credentials.Count <= Most) return;
        foreach (var id in _credentials.OrderBy(c => c.Value.LastMicros).ThenBy(c => c.Key, StringComparer.Ordinal).Take(_credentials.Count - (Most * 9 / 10)).Select(c => c.Key).ToList())
        {
            Drop(id);
            Evicted++;
        }
    }

    CredentialRecord Of(string id, long timeMicros)
    {
        if (!_credentials.TryGetValue(id, out var record)) _credentials[id] = record = new CredentialRecord();
        record.LastMicros = Math.Max(record.LastMicros, timeMicros);
        _changed.Add(id);
        return record;
    }

    void Drop(string id)
    {
        _credentials.Remove(id);
        _changed.Add(id);
    }
}
