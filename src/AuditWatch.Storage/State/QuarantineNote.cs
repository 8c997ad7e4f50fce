using System.Globalization;
using AuditWatch.Events;

namespace AuditWatch.Storage.State;

/// <summary>What is known of a quarantined record; the record itself is in the journal.</summary>
/// <param name="Position">Where it lies in the journal.</param>
/// <param name="Cluster">The cluster that sent it.</param>
/// <param name="Source">The source it came by.</param>
/// <param name="Reason">Why it is no event.</param>
/// <param name="ReceivedMicros">When it came, microseconds since 1970.</param>
/// <param name="Bytes">Its length as received.</param>
/// <param name="ReplayedMicros">When it was last replayed; null when never.</param>
public sealed record QuarantineNote(EventPosition Position, string Cluster, string Source, string Reason, long ReceivedMicros, long Bytes, long? ReplayedMicros = null)
{
    /// <summary>Its name in lists: where it lies, so the same on every rebuild.</summary>
    public string Id => string.Create(CultureInfo.InvariantCulture, $"{Position.Segment}-{Position.Frame}-{Position.Index}");

    /// <summary>Reads an <see cref="Id"/>.</summary>
    public static bool TryParseId(string id, out EventPosition position)
    {
        position = default;
        var parts = id.Split('-');
        if (parts.Length != 3) return false;
        Span<int> numbers = stackalloc int[3];
        for (var at = 0; at < 3; at++)
            if (!int.TryParse(parts[at], NumberStyles.None, CultureInfo.InvariantCulture, out numbers[at])) return false;
        position = new EventPosition(numbers[0], numbers[1], numbers[2]);
        return true;
    }
}
