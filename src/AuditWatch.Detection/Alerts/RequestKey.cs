namespace AuditWatch.Detection.Alerts;

/// <summary>One request of one cluster: the auditID alone is the client's choice, so the time at which the API server received it belongs to the key (0 = not recorded).</summary>
public readonly record struct RequestKey(string AuditId, long ReceivedMicros) : IComparable<RequestKey>
{
    /// <summary>Ordinal by auditID, then by time.</summary>
    public int CompareTo(RequestKey other)
    {
        var byId = string.CompareOrdinal(AuditId, other.AuditId);
        return byId != 0 ? byId : ReceivedMicros.CompareTo(other.ReceivedMicros);
    }

    /// <summary>Request order.</summary>
    public static bool operator <(RequestKey left, RequestKey right) => left.CompareTo(right) < 0;

    /// <summary>Request order.</summary>
    public static bool operator >(RequestKey left, RequestKey right) => left.CompareTo(right) > 0;

    /// <summary>Request order.</summary>
    public static bool operator <=(RequestKey left, RequestKey right) => left.CompareTo(right) <= 0;

    /// <summary>Request order.</summary>
    public static bool operator >=(RequestKey left, RequestKey right) => left.CompareTo(right) >= 0;
}
