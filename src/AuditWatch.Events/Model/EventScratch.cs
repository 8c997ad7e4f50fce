namespace AuditWatch.Events.Model;

/// <summary>
/// Memory for texts that exist only for the current event (unescaped, computed). Grows once, is reused from event to event; what it gave out stays valid until
/// <see cref="Reset"/>.
/// </summary>
sealed class EventScratch
{
    const int LargestKept = 1 << 20;
    byte[] _chunk = new byte[4096];
    int _used;

    public Memory<byte> Rent(int length)
    {
        if (_chunk.Length - _used < length)
        {
            _chunk = new byte[Math.Max(_chunk.Length * 2L, length) is var size && size > Array.MaxLength ? length : (int)size];
            _used = 0;
        }

        var memory = _chunk.AsMemory(_used, length);
        _used += length;
        return memory;
    }

    public void Reset()
    {
        _used = 0;
        if (_chunk.Length > LargestKept) _chunk = new byte[4096];
    }
}
