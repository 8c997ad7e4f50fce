using AuditWatch.Events.Scanning;
using AuditWatch.Ingest.Journal;

namespace AuditWatch.Ingest.Completeness;

/// <summary>What came from one API server, and how it usually comes. Saved with the position in the journal up to which it holds, so nothing is counted twice or not at all. Times are microseconds since 1970.</summary>
sealed class ApiServerAccount
{
    const long DayMicros = 86_400_000_000;
    const int EnoughReceipts = 20;

    readonly RateWindow _rate = new();

    public long Events { get; set; }

    /// <summary>Frames of the journal.</summary>
    public long Receipts { get; set; }

    public long Repeats { get; set; }

    public long Quarantined { get; set; }

    public long Truncated { get; set; }

    public long Cut { get; set; }

    public long FirstReceived { get; set; }

    public long LastReceived { get; set; }

    public long FirstEvent { get; set; }

    public long LastEvent { get; set; }

    /// <summary>The longest pause of this day, and of the one before it.</summary>
    public long LongestPause { get; set; }

    public long LongestPauseBefore { get; set; }

    public long PauseDay { get; set; }

    /// <summary>Since when it is silent, as was told; 0: it speaks.</summary>
    public long SilentSince { get; set; }

    public long Silences { get; set; }

    public long LongestSilence { get; set; }

    /// <summary>Since when its clock is ahead of ours; 0: it is not.</summary>
    public long AheadSince { get; set; }

    public bool IsAheadTold { get; set; }

    /// <summary>How far the newest receipt's newest event was ahead of its receipt; negative: so old was it.</summary>
    public long LastAhead { get; set; }

    public long PolicyChanges { get; set; }

    public PolicyMemory Policy { get; set; } = new();

    public double RateAt(long nowMicros) => _rate.Of(nowMicros);

    /// <summary>Takes a frame of its events. <paramref name="heardSince"/>: pauses that began before we listened say nothing.</summary>
    public void Observe(JournalFrame frame, EventRanges ranges, CompletenessOptions options, long heardSince, CounterComparison? comparison = null)
    {
        var received = frame.ReceivedMicros;
        if (FirstReceived == 0) (FirstReceived, PauseDay) = (received, received / DayMicros);
        Rotate(received / DayMicros);
        if (LastReceived >= heardSince && SilentSince == 0) LongestPause = Math.Max(LongestPause, received - LastReceived);
        LastReceived = Math.Max(LastReceived, received);
        Receipts++;
        var isLearnt = received - FirstReceived >= Micros(options.Learn);
        long newest = 0;
        for (var i = frame.FirstIndex; i < frame.Records.Count; i++)
        {
            var json = frame.Records[i].Span;
            Events++;
            if (!SeenEvent.TryRead(json, ranges, out var seen)) continue;
            var time = seen.TimeMicros;
            newest = Math.Max(newest, time);
            comparison?.Add(seen, time);
            if (time > 0 && (FirstEvent == 0 || time < FirstEvent)) FirstEvent = time;
            if (seen.IsTruncated) Truncated++;
            if (seen.IsCut) Cut++;
            else Policy.Observe(seen, Events, time, isLearnt);
        }

        _rate.Add(received, frame.Records.Count - frame.FirstIndex);
        if (newest == 0) return;
        LastEvent = Math.Max(LastEvent, newest);
        LastAhead = newest - received;
        if (LastAhead > Micros(options.Ahead)) AheadSince = AheadSince == 0 ? received : AheadSince;
        else (AheadSince, IsAheadTold) = (0, false);
    }

    /// <summary>How long it may be silent; null: nothing is known yet, or nobody wants to know.</summary>
    public long? Patience(CompletenessOptions options)
    {
        if (!options.TellsSilence || Events == 0) return null;
        if (options.Silence is { } fixedSilence) return Micros(fixedSilence);
        if (Receipts < EnoughReceipts || LastReceived - FirstReceived < Micros(options.Learn)) return null;
        return Math.Clamp(4 * UsualPause, Micros(TimeSpan.FromMinutes(5)), DayMicros);
    }

    [System.Text.Json.Serialization.JsonIgnore]
    public long UsualPause => Math.Max(LongestPause, LongestPauseBefore);

    void Rotate(long day)
    {
        if (day <= PauseDay) return;
        LongestPauseBefore = day == PauseDay + 1 ? LongestPause : 0;
        (LongestPause, PauseDay) = (0, day);
    }

    static long Micros(TimeSpan time) => time.Ticks / TimeSpan.TicksPerMicrosecond;
}
