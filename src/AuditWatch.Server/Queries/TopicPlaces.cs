using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json;
using AuditWatch.Events;
using AuditWatch.Ingest.Journal.Kafka;
using AuditWatch.Server.Roles;

namespace AuditWatch.Server.Queries;

/// <summary>
/// Says places of a journal on Kafka as people know them: <c>"topic","partition","offset","index"</c> in place of <c>"segment","frame","index"</c>, in rows and in their
/// evidence. What events and rules say themselves is passed over: their text may look like anything.
/// </summary>
static class TopicPlaces
{
    /// <summary>The row with the topic's places; the row itself when there is no topic.</summary>
    public static ReadOnlyMemory<byte> Name(ReadOnlyMemory<byte> row, string? topic)
    {
        if (topic is null) return row;
        var json = row.Span;
        var reader = new Utf8JsonReader(json);
        ArrayBufferWriter<byte>? output = null;
        var copied = 0;
        while (reader.Read())
        {
            if (reader.TokenType != JsonTokenType.PropertyName) continue;
            if (IsOthersWord(reader))
            {
                reader.Skip();
                continue;
            }
            if (!reader.ValueTextEquals("segment"u8)) continue;
            var begin = (int)reader.TokenStartIndex;
            var ahead = reader;
            if (!TryNumber(ref ahead, out var segment) || !TryName(ref ahead, "frame"u8) || !TryNumber(ref ahead, out var frame) || !TryName(ref ahead, "index"u8) || !TryNumber(ref ahead, out var index)) continue;
            reader = ahead;
            output ??= new ArrayBufferWriter<byte>(json.Length + 128);
            output.Write(json[copied..begin]);
            output.Write(Encoding.UTF8.GetBytes(Say(new EventPosition(segment, frame, index), topic)));
            copied = (int)reader.BytesConsumed;
        }
        if (output is null) return row;
        output.Write(json[copied..]);
        return output.WrittenMemory;
    }

    /// <summary>The topic, as documents name its places.</summary>
    public static JournalTopic Of(string topic) => new(topic, position => (PartitionPlace.PartitionOf(position), KafkaPlace.OffsetOf(PartitionPlace.Within(position))));

    static bool IsOthersWord(in Utf8JsonReader reader) =>
        reader.ValueTextEquals("event"u8) || reader.ValueTextEquals("events"u8) || reader.ValueTextEquals("record"u8) || reader.ValueTextEquals("matched"u8) || reader.ValueTextEquals("query"u8)
        || reader.ValueTextEquals("change"u8);

    static string Say(EventPosition position, string topic) => string.Create(CultureInfo.InvariantCulture,
        $"\"topic\":\"{JsonEncodedText.Encode(topic)}\",\"partition\":{PartitionPlace.PartitionOf(position)},\"offset\":{KafkaPlace.OffsetOf(PartitionPlace.Within(position))},\"index\":{position.Index}");

    static bool TryName(ref Utf8JsonReader reader, ReadOnlySpan<byte> name) => reader.Read() && reader.TokenType == JsonTokenType.PropertyName && reader.ValueTextEquals(name);

    static bool TryNumber(ref Utf8JsonReader reader, out int number)
    {
        number = 0;
        return reader.Read() && reader.TokenType == JsonTokenType.Number && reader.TryGetInt32(out number);
    }
}
