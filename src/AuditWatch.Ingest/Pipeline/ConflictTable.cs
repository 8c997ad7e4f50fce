using System.IO.Hashing;
using System.Text;
using AuditWatch.Events;
using AuditWatch.Events.Scanning;

namespace AuditWatch.Ingest.Pipeline;

/// <summary>Notices that one stage of one request (auditID, stage, requestReceivedTimestamp) came with two contents. Remembers the last so many events.</summary>
internal sealed class ConflictTable(int capacity)
{
    readonly Lock _gate = new();
    readonly Dictionary<ulong, (EventId Id, EventPosition Before)> _first = [];
    readonly ulong[] _ring = new ulong[capacity];
    long _next;

    public static long SeedOf(string cluster) => (long)XxHash3.HashToUInt64(Encoding.UTF8.GetBytes(cluster));

    public static ulong KeyOf(long seed, ReadOnlySpan<byte> json, EventRanges ranges)
    {
        var key = XxHash3.HashToUInt64(ranges.Of(json, HotField.AuditId), seed);
        key = XxHash3.HashToUInt64(ranges.Of(json, HotField.Stage), (long)key);
        return XxHash3.HashToUInt64(ranges.Of(json, HotField.RequestReceivedTimestamp), (long)key);
    }

    /// <summary>
    /// Enters an event; true when the same stage came before with another id, for the first time with this one. <paramref name="first"/> is then the id that came
    /// first, to be found in the journal behind <paramref name="before"/>.
    /// </summary>
    public bool IsConflict(ulong key, EventId id, EventPosition end, out EventId first, out EventPosition before)
    {
        lock (_gate)
        {
            (first, before) = (default, default);
            if (!_first.TryGetValue(key, out var known))
            {
                Enter(key, id, end);
                return false;
            }
            if (known.Id == id) return false;
            // A second content, entered under a key of its own, is noticed once, however often it is sent.
            var own = key ^ (ulong)id.Value;
            if (_first.ContainsKey(own)) return false;
            Enter(own, id, end);
            (first, before) = known;
            return true;
        }
    }

    void Enter(ulong key, EventId id, EventPosition end)
    {
        var slot = _next++ % _ring.Length;
        if (_next > _ring.Length) _first.Remove(_ring[slot]);
        _ring[slot] = key;
        _first[key] = (id, end);
    }
}
