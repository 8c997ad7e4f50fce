using System.IO.Hashing;

namespace AuditWatch.Events.Ecs;

/// <summary>
/// Parts of events come back with event after event of the same robot (who asks, from where, with what): what is written of them is kept, and found by their whole JSON. A table
/// of fixed size, in which a newer part takes the place of an older one. What comes for the first time is only noted, for much never comes again. For one thread.
/// </summary>
internal sealed class RecentPieces(int places)
{
    const int LongestKept = 2048;
    readonly Pieces?[] _kept = new Pieces?[places];

    readonly ulong[] _seen = new ulong[places];

    /// <summary>The place of this JSON; null when it is new, or too long to be kept. Ask <see cref="Pieces.IsOf"/> what is there.</summary>
    public Pieces? At(ReadOnlySpan<byte> json)
    {
        if (json.Length > LongestKept) return null;
        var hash = XxHash3.HashToUInt64(json);
        var place = hash % (uint)places;
        if (_seen[place] == hash) return _kept[place] ??= new Pieces();
        _seen[place] = hash;
        return null;
    }
}
