namespace AuditWatch.Ingest.Completeness;

/// <summary>Events of the last five minutes, by receipt.</summary>
sealed class RateWindow
{
    const int Slots = 6;
    const long SlotMicros = 60_000_000;

    readonly long[] _events = new long[Slots];
    readonly long[] _slot = new long[Slots];

    public void Add(long receivedMicros, long events)
    {
        var slot = receivedMicros / SlotMicros;
        var at = (int)(slot % Slots);
        if (_slot[at] != slot) (_slot[at], _events[at]) = (slot, 0);
        _events[at] += events;
    }

    /// <summary>Events per second over the last five whole minutes and the begun one.</summary>
    public double Of(long nowMicros)
    {
        var slot = nowMicros / SlotMicros;
        long events = 0;
        for (var i = 0; i < Slots; i++)
            if (_slot[i] > slot - Slots && _slot[i] <= slot) events += _events[i];
        return events / (((Slots - 1) * SlotMicros + nowMicros % SlotMicros) / 1e6);
    }
}
