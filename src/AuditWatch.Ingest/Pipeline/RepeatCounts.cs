namespace AuditWatch.Ingest.Pipeline;

/// <summary>Events that came again, by who sent them; the journal does not hold them, so they are counted here until somebody takes the counts.</summary>
sealed class RepeatCounts
{
    // Names may be made up; what comes beyond these is counted under none.
    const int Most = 1000;

    readonly Lock _gate = new();
    Dictionary<(string Cluster, string Source, string ApiServer), long> _counts = [];

    public void Add(string cluster, string source, string apiServer, long repeats)
    {
        lock (_gate)
        {
            var key = (cluster, source, apiServer);
            if (_counts.Count >= Most && !_counts.ContainsKey(key)) key = (cluster, source, "");
            if (_counts.Count >= Most && !_counts.ContainsKey(key)) return;
            _counts[key] = _counts.GetValueOrDefault(key) + repeats;
        }
    }

    public IReadOnlyDictionary<(string Cluster, string Source, string ApiServer), long> Take()
    {
        lock (_gate)
        {
            var taken = _counts;
            _counts = [];
            return taken;
        }
    }
}
