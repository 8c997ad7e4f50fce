using AuditWatch.Events.Model;

namespace AuditWatch.Detection.EventLayer;

/// <summary>The order in which hits are judged: (time, auditID, stage, event id). It depends on the events alone, never on how they arrived.</summary>
public readonly record struct SortKey(long TimeMicros, string AuditId, AuditStage Stage, string EventId) : IComparable<SortKey>
{
    /// <summary>Before everything.</summary>
    public static readonly SortKey First = new(long.MinValue, "", AuditStage.Unknown, "");

    /// <summary>Ordinal, part by part.</summary>
    public int CompareTo(SortKey other)
    {
        var order = TimeMicros.CompareTo(other.TimeMicros);
        if (order == 0) order = string.CompareOrdinal(AuditId, other.AuditId);
        if (order == 0) order = Stage.CompareTo(other.Stage);
        return order != 0 ? order : string.CompareOrdinal(EventId, other.EventId);
    }

    /// <summary>Earlier.</summary>
    public static bool operator <(SortKey left, SortKey right) => left.CompareTo(right) < 0;

    /// <summary>Later.</summary>
    public static bool operator >(SortKey left, SortKey right) => left.CompareTo(right) > 0;

    /// <summary>Not later.</summary>
    public static bool operator <=(SortKey left, SortKey right) => left.CompareTo(right) <= 0;

    /// <summary>Not earlier.</summary>
    public static bool operator >=(SortKey left, SortKey right) => left.CompareTo(right) >= 0;
}
