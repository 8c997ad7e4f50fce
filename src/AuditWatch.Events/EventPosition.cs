namespace AuditWatch.Events;

/// <summary>Where a journaled record lies: the segment's number, the frame's number within it, the record's index within the frame; all from 0.</summary>
public readonly record struct EventPosition(int Segment, int Frame, int Index) : IComparable<EventPosition>
{
    /// <summary>Before everything.</summary>
    public static readonly EventPosition Start = new(0, 0, -1);

    /// <inheritdoc/>
    public int CompareTo(EventPosition other)
    {
        var bySegment = Segment.CompareTo(other.Segment);
        if (bySegment != 0) return bySegment;
        var byFrame = Frame.CompareTo(other.Frame);
        return byFrame != 0 ? byFrame : Index.CompareTo(other.Index);
    }

    /// <summary>Journal order.</summary>
    public static bool operator <(EventPosition left, EventPosition right) => left.CompareTo(right) < 0;

    /// <summary>Journal order.</summary>
    public static bool operator >(EventPosition left, EventPosition right) => left.CompareTo(right) > 0;

    /// <summary>Journal order.</summary>
    public static bool operator <=(EventPosition left, EventPosition right) => left.CompareTo(right) <= 0;

    /// <summary>Journal order.</summary>
    public static bool operator >=(EventPosition left, EventPosition right) => left.CompareTo(right) >= 0;
}
