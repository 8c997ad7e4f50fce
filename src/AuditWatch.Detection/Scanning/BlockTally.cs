namespace AuditWatch.Detection.Scanning;

/// <summary>What one block held.</summary>
sealed class BlockTally
{
    readonly List<UnreadableInput> _unreadable = [];
    readonly Dictionary<string, long> _dropped = new(StringComparer.Ordinal);

    public string File { get; init; } = "";

    public long Events { get; set; }

    public long Bytes { get; set; }

    public IReadOnlyList<UnreadableInput> Unreadable => _unreadable;

    public IReadOnlyDictionary<string, long> Dropped => _dropped;

    public void Bad(long line, string reason, string detail) => _unreadable.Add(new UnreadableInput(File, line, reason, detail));

    public void Drop(string category) => _dropped[category] = _dropped.GetValueOrDefault(category) + 1;
}
