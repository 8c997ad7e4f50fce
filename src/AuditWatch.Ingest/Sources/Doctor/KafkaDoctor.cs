using System.Globalization;
using AuditWatch.Ingest.Sources.Kafka;
using Confluent.Kafka;

namespace AuditWatch.Ingest.Sources.Doctor;

/// <summary>Tries what a Kafka source needs, step by step, without joining its group and without committing anything. Blocks; call it from a thread of its own.</summary>
public static class KafkaDoctor
{
    static readonly TimeSpan s_patience = TimeSpan.FromSeconds(10);

    /// <summary>The checks, as they are done; what cannot be tried after a failure is left out.</summary>
    public static IEnumerable<DoctorCheck> Examine(KafkaOptions options)
    {
        string? last = null;
        IConsumer<Ignore, byte[]>? consumer = null;
        DoctorCheck? fault = null;
        try
        {
            consumer = KafkaClient.Builder(options with { InstanceId = null }).SetErrorHandler((_, _) => { })
                .SetLogHandler((_, line) => last = line.Facility is "FAIL" or "ERROR" ? line.Message : last).Build();
        }
        catch (Exception e) when (e is IOException or KafkaException or InvalidOperationException or ArgumentException)
        {
            fault = DoctorCheck.Failed("settings", e.Message);
        }
        if (consumer is null)
        {
            yield return fault!;
            yield break;
        }

        using (consumer)
        {
            // The first step tells all that is wrong with address, certificate and login.
            var reach = Try("reach", () => Metadata(consumer, options), m => $"{m.Brokers.Count} brokers answer at {options.Bootstrap}.", () => last);
            yield return reach.Check;
            if (reach.Answer is not { } metadata) yield break;
            TopicPartitionOffset? filled = null;
            foreach (var topic in metadata.Topics.Where(t => options.Topics.Contains(t.Topic)))
            {
                if (topic.Error.IsError)
                {
                    yield return DoctorCheck.Failed("topic", $"{topic.Topic}: {topic.Error.Reason} Does it exist, and may this login describe it?");
                    continue;
                }

                var (check, newest) = Try("topic", () => Newest(consumer, topic), n => n.Text, () => last);
                yield return check;
                filled ??= newest?.Place;
            }

            var group = Try("group", () => consumer.Committed([.. metadata.Topics.Where(t => options.Topics.Contains(t.Topic)).SelectMany(t => t.Partitions.Select(p => new TopicPartition(t.Topic, p.PartitionId)))], s_patience),
                c => $"Group {options.Group} has commits for {c.Count(o => o.Offset.Value >= 0)} of {c.Count} partitions.", () => last);
            yield return group.Check;
            if (filled is null)
            {
                yield return DoctorCheck.Nothing("read", "The topics are empty: does anybody write to them?");
                yield break;
            }

            var (read, message) = Try("read", () => Read(consumer, filled), m => string.Create(CultureInfo.InvariantCulture, $"Read offset {m.Offset.Value} of {m.Topic}/{m.Partition.Value}."), () => last);
            yield return read;
            if (message is not null) yield return DecodedMessage.Of(message.Message.Value ?? [], string.Create(CultureInfo.InvariantCulture, $"{message.Topic}/{message.Partition.Value}/{message.Offset.Value}"));
        }
    }

    static Metadata Metadata(IConsumer<Ignore, byte[]> consumer, KafkaOptions options)
    {
        using var admin = new DependentAdminClientBuilder(consumer.Handle).Build();
        var all = new List<TopicMetadata>();
        Metadata? any = null;
        foreach (var topic in options.Topics)
        {
            any = admin.GetMetadata(topic, s_patience);
            all.AddRange(any.Topics);
        }

        return new Metadata(any!.Brokers, all, any.OriginatingBrokerId, any.OriginatingBrokerName);
    }

    static NewestMessage Newest(IConsumer<Ignore, byte[]> consumer, TopicMetadata topic)
    {
        TopicPartitionOffset? place = null;
        var messages = 0L;
        foreach (var partition in topic.Partitions)
        {
            var at = new TopicPartition(topic.Topic, partition.PartitionId);
            var marks = consumer.QueryWatermarkOffsets(at, s_patience);
            messages += marks.High.Value - marks.Low.Value;
            if (marks.High.Value > marks.Low.Value) place = new TopicPartitionOffset(at, marks.High.Value - 1);
        }

        return new NewestMessage(string.Create(CultureInfo.InvariantCulture, $"{topic.Topic} has {topic.Partitions.Count} partitions and about {messages} messages."), place);
    }

    static ConsumeResult<Ignore, byte[]> Read(IConsumer<Ignore, byte[]> consumer, TopicPartitionOffset place)
    {
        consumer.Assign([place]);
        var message = consumer.Consume(s_patience) ?? throw new IOException("Nothing was received in 10 s, although the topic is not empty.");
        consumer.Unassign();
        return message;
    }

    static (DoctorCheck Check, T? Answer) Try<T>(string check, Func<T> ask, Func<T, string> tell, Func<string?> last) where T : class
    {
        try
        {
            var answer = ask();
            return (DoctorCheck.Ok(check, tell(answer)), answer);
        }
        catch (Exception e) when (e is KafkaException or IOException or InvalidOperationException)
        {
            // The client says only that it timed out; why is in what it logged.
            var why = last() is { } reason ? $"{e.Message}: {reason}" : e.Message;
            var advice = why.Contains("certificate", StringComparison.OrdinalIgnoreCase) || why.Contains("SSL", StringComparison.Ordinal) ? " Is ca_file the authority of the broker's certificate?"
                : why.Contains("uthenticat", StringComparison.Ordinal) || why.Contains("SASL", StringComparison.Ordinal) ? " Check username, password_file and mechanism." : "";
            return (DoctorCheck.Failed(check, why + advice), null);
        }
    }

    sealed record NewestMessage(string Text, TopicPartitionOffset? Place);
}
