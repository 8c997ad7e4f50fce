using AuditWatch.Sigma.Compilation;

namespace AuditWatch.Sigma.Evaluation;

/// <summary>Collects matched leaves: where the walk stands, and what was found.</summary>
internal sealed class Explanation
{
    public const int MaxLeaves = 64;
    public const int MaxCharacters = 256;

    readonly List<MatchedLeaf> _leaves = [];

    public string Selection { get; set; } = "";

    /// <summary>The array element being looked at, for instance <c>requestObject.rules[2]</c>; empty outside of arrays.</summary>
    public string Path { get; set; } = "";

    public IReadOnlyList<MatchedLeaf> Leaves => _leaves;

    public bool IsFull => _leaves.Count >= MaxLeaves;

    public void Add(string field, string value)
    {
        if (IsFull) return;
        var full = Path.Length == 0 ? field : field == "." ? Path : Path + "." + field;
        var leaf = new MatchedLeaf(Selection, full, Shorten(value));
        if (!_leaves.Contains(leaf)) _leaves.Add(leaf);
    }

    static string Shorten(string value)
    {
        if (value.Length <= MaxCharacters) return value;
        var cut = MaxCharacters - 1;
        if (char.IsHighSurrogate(value[cut - 1])) cut--;
        return value[..cut] + "…";
    }
}
