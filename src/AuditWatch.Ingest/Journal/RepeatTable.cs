using AuditWatch.Events;

namespace AuditWatch.Ingest.Journal;

/// <summary>
/// The last N event ids, each with its place in their order. A ring of ids and an open-addressing table of ring places: 24 bytes an id, nothing allocated after
/// the start. Ids are pieces of SHA-256, so their low bits serve as hash.
/// </summary>
internal sealed class RepeatTable
{
    readonly UInt128[] _ring;
    readonly int[] _slots;
    readonly int _mask;

    public RepeatTable(int capacity)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(capacity, 1);
        _ring = new UInt128[capacity];
        _slots = new int[(int)System.Numerics.BitOperations.RoundUpToPowerOf2((uint)capacity * 2)];
        _mask = _slots.Length - 1;
    }

    public int Capacity => _ring.Length;

    /// <summary>The place the next id gets.</summary>
    public long Next { get; private set; }

    /// <summary>The place of an id, or -1.</summary>
    public long Find(EventId id)
    {
        var slot = SlotOf(id.Value);
        return slot < 0 ? -1 : PlaceOf(_slots[slot] - 1);
    }

    /// <summary>Adds an id that is not there, forgetting the oldest when full.</summary>
    public void Add(EventId id)
    {
        var index = (int)(Next % _ring.Length);
        if (Next >= _ring.Length) RemoveAt(_ring[index], index);
        _ring[index] = id.Value;
        var slot = (int)(ulong)id.Value & _mask;
        while (_slots[slot] != 0) slot = (slot + 1) & _mask;
        _slots[slot] = index + 1;
        Next++;
    }

    /// <summary>Forgets an id whose frame could not be written. Its place in the ring stays empty until it is reused.</summary>
    public void Remove(EventId id)
    {
        var slot = SlotOf(id.Value);
        if (slot >= 0) Vacate(slot);
    }

    long PlaceOf(int index)
    {
        var newest = Next - 1;
        var back = (newest - index) % _ring.Length;
        return newest - back;
    }

    int SlotOf(UInt128 value)
    {
        var slot = (int)(ulong)value & _mask;
        while (_slots[slot] != 0)
        {
            if (_ring[_slots[slot] - 1] == value) return slot;
            slot = (slot + 1) & _mask;
        }
        return -1;
    }

    // A removed id may have been added again since; then the table points at its newer place, which stays.
    void RemoveAt(UInt128 value, int index)
    {
        var slot = SlotOf(value);
        if (slot >= 0 && _slots[slot] == index + 1) Vacate(slot);
    }

    // Linear probing without tombstones: entries behind the hole move up when their own slot allows it.
    void Vacate(int hole)
    {
        _slots[hole] = 0;
        for (var slot = (hole + 1) & _mask; _slots[slot] != 0; slot = (slot + 1) & _mask)
        {
            var home = (int)(ulong)_ring[_slots[slot] - 1] & _mask;
            if (((slot - home) & _mask) < ((slot - hole) & _mask)) continue;
            _slots[hole] = _slots[slot];
            _slots[slot] = 0;
            hole = slot;
        }
    }
}
