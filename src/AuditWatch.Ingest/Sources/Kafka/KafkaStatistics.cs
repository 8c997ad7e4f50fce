using System.Globalization;
using System.Text.Json;

namespace AuditWatch.Ingest.Sources.Kafka;

/// <summary>What the client tells about itself every few seconds: how long the partitions are, and whether a broker is there.</summary>
internal static class KafkaStatistics
{
    /// <summary>Ends of partitions (the offset that the next message will get) by topic and partition, and whether any broker is connected.</summary>
    public static (List<(string Topic, int Partition, long End)> Ends, bool IsAnyBrokerUp) Read(string statistics)
    {
        var ends = new List<(string, int, long)>();
        using var json = JsonDocument.Parse(statistics);
        var up = json.RootElement.TryGetProperty("brokers", out var brokers) && brokers.EnumerateObject().Any(b => b.Value.TryGetProperty("state", out var state) && state.ValueEquals("UP"u8));
        if (!json.RootElement.TryGetProperty("topics", out var topics)) return (ends, up);
        foreach (var topic in topics.EnumerateObject())
        {
            foreach (var partition in topic.Value.GetProperty("partitions").EnumerateObject())
            {
                if (int.TryParse(partition.Name, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && partition.Value.GetProperty("hi_offset").TryGetInt64(out var end) && end >= 0)
                    ends.Add((topic.Name, number, end));
            }
        }
        return (ends, up);
    }
}
