using AuditWatch.Events;
using Confluent.Kafka;

namespace AuditWatch.Ingest.Journal.Kafka;

/// <summary>Where a partition begins and ends now: the first offset that is there, and the one that the next record gets.</summary>
internal readonly record struct PartitionMarks(long Low, long High)
{
    /// <summary>The last record's place as far as offsets tell it.</summary>
    public EventPosition End => High > 0 ? KafkaPlace.Of(High - 1, 0) : EventPosition.Start;

    /// <exception cref="IOException">No broker answers, or the topic is gone.</exception>
    public static PartitionMarks Query(KafkaJournalOptions options, int partition)
    {
        using var reader = KafkaConnection.Reader(options).SetLogHandler(static (_, _) => { }).Build();
        return Query(reader, options, partition);
    }

    /// <inheritdoc cref="Query(KafkaJournalOptions, int)"/>
    public static PartitionMarks Query(IConsumer<byte[], byte[]> reader, KafkaJournalOptions options, int partition)
    {
        try
        {
            var marks = reader.QueryWatermarkOffsets(new TopicPartition(options.Topic, partition), KafkaConnection.Patience);
            return new PartitionMarks(marks.Low.Value, marks.High.Value);
        }
        catch (KafkaException fault)
        {
            throw new IOException($"The journal's Kafka brokers ({options.Bootstrap}) could not be asked where {options.Topic}/{partition} ends: {fault.Error.Reason}.", fault);
        }
    }
}
