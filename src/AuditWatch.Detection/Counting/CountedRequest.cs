using AuditWatch.Detection.Alerts;
using AuditWatch.Events;
using AuditWatch.Events.Model;

namespace AuditWatch.Detection.Counting;

/// <summary>A request in a window: counted once, at its earliest stage on which the rule held; later such stages are only more evidence.</summary>
sealed class CountedRequest(long sequence, RequestKey request, long atMicros, string? value, EvidenceMark first)
{
    public long Sequence { get; } = sequence;

    public RequestKey Request { get; } = request;

    public long AtMicros { get; } = atMicros;

    public string? Value { get; } = value;

    /// <summary>The values that further metrics count, in their order; null where there are no such metrics.</summary>
    public IReadOnlyList<string?>? Measured { get; init; }

    /// <summary>Which of the correlation's rules held on it, a bit each; only where further metrics ask.</summary>
    public ulong Members { get; set; }

    /// <summary>Whether it is in its group's window.</summary>
    public bool IsInWindow { get; set; }

    public EvidenceMark[] Marks { get; set; } = [first];

    /// <summary>Whether no later stage can come.</summary>
    public bool IsOver => Marks[^1].Key.Stage is AuditStage.ResponseComplete or AuditStage.Panic;
}
