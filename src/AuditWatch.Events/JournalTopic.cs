namespace AuditWatch.Events;

/// <summary>A journal on Kafka, and how its places are called: topic, partition, offset of the frame, index within it.</summary>
/// <param name="Name">The topic.</param>
/// <param name="PlaceOf">Partition and offset of a position.</param>
public sealed record JournalTopic(string Name, Func<EventPosition, (int Partition, long Offset)> PlaceOf)
{
    /// <summary>A place in one word; a topic's own name may have dashes, the numbers are what stands behind the last three.</summary>
    public string Word(EventPosition position)
    {
        var (partition, offset) = PlaceOf(position);
        return string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{Name}-{partition}-{offset}-{position.Index}");
    }
}
