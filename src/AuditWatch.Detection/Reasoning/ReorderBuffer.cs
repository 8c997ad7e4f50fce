using System.Diagnostics.CodeAnalysis;
using AuditWatch.Detection.EventLayer;

namespace AuditWatch.Detection.Reasoning;

/// <summary>Puts what arrives out of order back into order, as far as it comes within the reach: nothing leaves before event time has gone on by that much.</summary>
sealed class ReorderBuffer
{
    public const long DefaultReachMicros = 10_000_000;

    readonly PriorityQueue<Pending, SortKey> _waiting = new();

    public int Count => _waiting.Count;

    public void Add(Pending pending) => _waiting.Enqueue(pending, pending.Key);

    public bool TryTake(long watermarkMicros, [NotNullWhen(true)] out Pending? pending)
    {
        if (_waiting.TryPeek(out pending, out var key) && key.TimeMicros <= watermarkMicros)
        {
            _waiting.Dequeue();
            return true;
        }

        pending = null;
        return false;
    }

    public IEnumerable<Pending> Waiting => _waiting.UnorderedItems.Select(i => i.Element);
}
