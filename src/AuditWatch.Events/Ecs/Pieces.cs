namespace AuditWatch.Events.Ecs;

/// <summary>What was written of one part of an event, in pieces that stand in different places of the document; and the part's JSON, by which it is known again.</summary>
internal sealed class Pieces
{
    public const int Most = 5;
    readonly int[] _ends = new int[Most + 1];
    byte[] _bytes = [];
    object? _of;
    int _count;
    bool _isWhole;

    /// <summary>A piece as it was written.</summary>
    public ReadOnlySpan<byte> this[int piece] => _bytes.AsSpan(_ends[piece].._ends[piece + 1]);

    /// <summary>Whether these are the pieces of this JSON, and of the same owner.</summary>
    public bool IsOf(ReadOnlySpan<byte> json, object? of) => _isWhole && ReferenceEquals(of, _of) && json.SequenceEqual(_bytes.AsSpan(0, _ends[0]));

    /// <summary>Takes the place of what was here; until <see cref="End"/> it is nothing's.</summary>
    public void Begin(ReadOnlySpan<byte> json, object? of)
    {
        (_of, _count, _isWhole) = (of, 0, false);
        Append(json, 0);
    }

    public void Add(ReadOnlySpan<byte> piece) => Append(piece, ++_count);

    /// <summary>All pieces are there.</summary>
    public void End() => _isWhole = true;

    void Append(ReadOnlySpan<byte> bytes, int at)
    {
        var start = at == 0 ? 0 : _ends[at - 1];
        if (_bytes.Length < start + bytes.Length) Array.Resize(ref _bytes, Math.Max(2 * _bytes.Length, start + bytes.Length));
        bytes.CopyTo(_bytes.AsSpan(start));
        _ends[at] = start + bytes.Length;
    }
}
