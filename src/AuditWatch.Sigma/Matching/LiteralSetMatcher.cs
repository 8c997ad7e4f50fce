using System.Buffers;
using System.Text;

namespace AuditWatch.Sigma.Matching;

/// <summary>Many literal texts at once (lists, mostly): one hash of the folded text instead of a comparison each.</summary>
internal sealed class LiteralSetMatcher : ValueMatcher
{
    readonly byte[][] _entries;
    readonly int[] _buckets;
    readonly int[] _next;
    readonly int _longest;
    readonly bool _cased;
    readonly IReadOnlyList<string> _texts;

    public LiteralSetMatcher(IReadOnlyList<string> texts, bool cased)
    {
        _cased = cased;
        _texts = texts;
        _entries = [.. texts.Select(t => FoldText(t, cased)).DistinctBy(Convert.ToHexString)];
        _buckets = new int[(int)System.Numerics.BitOperations.RoundUpToPowerOf2((uint)_entries.Length * 2 + 1)];
        _next = new int[_entries.Length];
        for (var i = 0; i < _entries.Length; i++)
        {
            ref var bucket = ref _buckets[Hash(_entries[i]) & (uint)(_buckets.Length - 1)];
            (_next[i], bucket) = (bucket - 1, i + 1);
            _longest = Math.Max(_longest, _entries[i].Length);
        }
    }

    public override bool MatchesText(ReadOnlySpan<byte> utf8, bool withheld)
    {
        if (_cased) return Find(utf8);
        // Folding shortens a text to no less than a third.
        if (utf8.Length > 3 * _longest) return false;
        byte[]? rented = null;
        var size = Utf8Fold.MaxFolded(utf8.Length);
        var buffer = size <= 512 ? stackalloc byte[512] : (rented = ArrayPool<byte>.Shared.Rent(size));
        var found = Find(buffer[..Utf8Fold.FoldInto(utf8, buffer)]);
        if (rented is not null) ArrayPool<byte>.Shared.Return(rented);
        return found;
    }

    public override IReadOnlyCollection<string> PossibleTexts => _texts;

    public override string Canonical => (_cased ? "casedset[" : "set[") + string.Join(",", _entries.Select(Convert.ToHexString).Order(StringComparer.Ordinal)) + "]";

    bool Find(ReadOnlySpan<byte> folded)
    {
        if (folded.Length > _longest) return false;
        for (var i = _buckets[Hash(folded) & (uint)(_buckets.Length - 1)] - 1; i >= 0; i = _next[i])
            if (folded.SequenceEqual(_entries[i])) return true;
        return false;
    }

    // FNV-1a. Hostile texts can only meet buckets that the list's own entries filled.
    static uint Hash(ReadOnlySpan<byte> bytes)
    {
        var hash = 2166136261u;
        foreach (var b in bytes) hash = (hash ^ b) * 16777619u;
        return hash ^ (hash >> 15);
    }

    static byte[] FoldText(string text, bool cased)
    {
        var utf8 = Encoding.UTF8.GetBytes(text);
        if (cased) return utf8;
        var buffer = new byte[Utf8Fold.MaxFolded(utf8.Length)];
        return buffer[..Utf8Fold.FoldInto(utf8, buffer)];
    }
}
