using AuditWatch.Detection.EventLayer;
using AuditWatch.Events.Model;

namespace AuditWatch.Detection.Reasoning;

/// <summary>
/// Follows issued credentials from where they were issued to where they are used. Asked in order of event time. Credentials whose issue was not seen are not
/// followed: nothing is known of where they belong.
/// </summary>
sealed class CredentialTable(ClusterFacts cluster)
{
    /// <summary>Forgotten after this long without news, in event time.</summary>
    public const long KeptMicros = 48L * 3_600_000_000;

    public const int Most = 100_000;

    readonly Dictionary<ulong, CredentialRecord> _byHash = [];
    readonly Dictionary<string, CredentialRecord?> _changed = new(StringComparer.Ordinal);

    /// <summary>Credentials that were forgotten to make room.</summary>
    public long Evicted { get; private set; }

    public int Count => _byHash.Count;

    public CredentialRecord? Find(ulong hash) => _byHash.GetValueOrDefault(hash);

    /// <summary>A request issued a credential. Null when it is known already.</summary>
    public CredentialRecord? Issued(EventFacts e)
    {
        var record = new CredentialRecord { Id = e.IssuedCredentialId!, Mint = MintRecord.Of(e), LastMicros = e.TimeMicros };
        if (!_byHash.TryAdd(TextHash.Of(record.Id), record)) return null;
        _changed[record.Id] = record;
        if (_byHash.Count > Most) Evict();
        return record;
    }

    /// <summary>A credential was used; gives what this shows, in order.</summary>
    public IReadOnlyList<Sighting> Used(CredentialRecord credential, in RecentAct use)
    {
        var address = use.Act.ClientIp!;
        credential.Waiting.Remove(address);
        credential.LastMicros = Math.Max(credential.LastMicros, use.Act.TimeMicros);
        _changed[credential.Id] = credential;
        if (credential.Addresses.Contains(address)) return [];
        if (credential.Addresses.Count == CredentialRecord.MostAddresses) credential.Addresses.RemoveAt(0);
        credential.Addresses.Add(address);
        if (CredentialHome.IsElsewhere(credential, address, cluster)) return [Issue(credential), Elsewhere(credential, use)];
        credential.Home ??= address;
        return [];
    }

    public IReadOnlyList<(string Id, CredentialRecord? Record)> TakeChanges()
    {
        var changes = _changed.OrderBy(c => c.Key, StringComparer.Ordinal).Select(c => (c.Key, c.Value)).ToList();
        _changed.Clear();
        return changes;
    }

    public void ForgetChanges() => _changed.Clear();

    public void Restore(CredentialRecord record) => _byHash[TextHash.Of(record.Id)] = record;

    public void ForgetBefore(long micros)
    {
        foreach (var (hash, record) in _byHash)
            if (record.LastMicros < micros) Drop(hash, record);
    }

    // A tenth at once, so that sorting is rare.
    void Evict()
    {
        foreach (var (hash, record) in _byHash.OrderBy(c => c.Value.LastMicros).ThenBy(c => c.Value.Id, StringComparer.Ordinal).Take(Most / 10).ToList())
        {
            Drop(hash, record);
            Evicted++;
        }
    }

    void Drop(ulong hash, CredentialRecord record)
    {
        _byHash.Remove(hash);
        _changed[record.Id] = null;
    }

    Sighting Issue(CredentialRecord credential)
    {
        var mint = credential.Mint;
        return new(
            TableSightings.CredentialIssued,
            new EventFacts
            {
                Cluster = cluster.Name, AuditId = mint.AuditId, RequestReceivedMicros = mint.RequestReceivedMicros, TimeMicros = mint.TimeMicros,
                TimeSource = mint.TimeSource, Stage = mint.Stage, EventId = mint.EventId, Position = mint.Position, User = mint.User, EffectiveUser = mint.User,
                ClientIp = mint.Ip, IssuedCredentialId = credential.Id,
            },
            [], [], []);
    }

    Sighting Elsewhere(CredentialRecord credential, in RecentAct use) =>
        new(TableSightings.CredentialElsewhere, use.ToFacts(cluster.Name) with { ClientIp = use.Act.ClientIp, CredentialId = credential.Id }, [], [], []);
}
