namespace AuditWatch.Events.Redaction;

/// <summary>Scratch space for the decoded texts of one event, reused from event to event by one thread.</summary>
internal sealed class Arena
{
    byte[] _bytes = new byte[16 << 10];
    int[] _places = new int[16 << 10];
    int _usedBytes, _usedPlaces;

    public Span<byte> Bytes(int count)
    {
        // An outgrown array lives on as long as layers point into it.
        if (_usedBytes + count > _bytes.Length) (_bytes, _usedBytes) = (new byte[Math.Max(_bytes.Length * 2, count)], 0);
        _usedBytes += count;
        return _bytes.AsSpan(_usedBytes - count, count);
    }

    public Span<int> Places(int count)
    {
        if (_usedPlaces + count > _places.Length) (_places, _usedPlaces) = (new int[Math.Max(_places.Length * 2, count)], 0);
        _usedPlaces += count;
        return _places.AsSpan(_usedPlaces - count, count);
    }

    public void Reset()
    {
        // One huge event shall not keep its memory for ever; nothing decoded may linger either.
        if (_bytes.Length > 1 << 20) _bytes = new byte[16 << 10];
        else _bytes.AsSpan(0, _usedBytes).Clear();
        if (_places.Length > 1 << 20) _places = new int[16 << 10];
        (_usedBytes, _usedPlaces) = (0, 0);
    }
}
