namespace AuditWatch.Detection.Scanning;

/// <summary>The sum of all blocks of a run.</summary>
sealed class RunTotals(ScanOptions options)
{
    public long Events { get; private set; }

    public long Bytes { get; private set; }

    public Dictionary<string, long> Quarantined { get; } = new(StringComparer.Ordinal);

    public Dictionary<string, long> Dropped { get; } = new(StringComparer.Ordinal);

    public void Add(BlockTally tally)
    {
        Events += tally.Events;
        Bytes += tally.Bytes;
        foreach (var bad in tally.Unreadable) Bad(bad);
        foreach (var (category, n) in tally.Dropped) Dropped[category] = Dropped.GetValueOrDefault(category) + n;
    }

    public void Failed(string file, string failure) => Bad(new UnreadableInput(file, 0, "unreadable", failure));

    public void Report(long packedBytes) => options.Progress?.Invoke(new ScanProgress(packedBytes, Bytes, Events));

    void Bad(UnreadableInput bad)
    {
        Quarantined[bad.Reason] = Quarantined.GetValueOrDefault(bad.Reason) + 1;
        options.Unreadable?.Invoke(bad);
    }
}
