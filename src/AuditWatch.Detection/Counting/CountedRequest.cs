using AuditWatch.Detection.Alerts;
using AuditWatch.Events;
using AuditWatch.Events.Model;

namespace AuditWatch.Detection.Counting;

/// <summary>A request in a window: counted once, at its earliest stage on which the rule held; later such stages are only more evidence.</summary>
sealed class CountedRequest(RequestKey request, long atMicros, string? value, EvidenceMark[] marks)
{
    /// <summary>Numbers what is filed.</summary>
    public long Sequence { get; set; }

    public RequestKey Request { get; } = request;

    public long AtMicros { get; } = atMicros;

    public string? Value { get; } = value;

    /// <summary>The values that further metrics count, in their order; null where there are no such metrics.</summary>
    public IReadOnlyList<string?>? Measured { get; init; }

    /// <summary>Which of the correlation's rules held on it, a bit each; only where further metrics ask.</summary>
    public ulong Members { get; set; }

    /// <summary>Whether it is in its group's window.</summary>
    public bool IsInWindow { get; set; }

    /// <summary>The stages on which the rule held, in their order; another array once there are more.</summary>
    public EvidenceMark[] Marks { get; set; } = marks;

    /// <summary>Whether no later stage can come.</summary>
    public bool IsOver => Marks[^1].Key.Stage is AuditStage.ResponseComplete or AuditStage.Panic;
}
