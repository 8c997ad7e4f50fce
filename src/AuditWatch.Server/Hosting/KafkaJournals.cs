using AuditWatch.Ingest.Journal.Kafka;
using AuditWatch.Server.Configuration;
using AuditWatch.Server.Sources;

namespace AuditWatch.Server.Hosting;

/// <summary>The configured topic as the journal takes it.</summary>
public static class KafkaJournals
{
    /// <summary>The settings of a journal that is a topic.</summary>
    public static KafkaJournalOptions OptionsOf(JournalConfig journal)
    {
        var kafka = journal.Kafka ?? throw new ArgumentException("The journal is a folder.", nameof(journal));
        return new KafkaJournalOptions
        {
            Bootstrap = kafka.Bootstrap,
            Topic = kafka.Topic,
            Partitions = kafka.Partitions,
            Replication = (short?)kafka.Replication,
            RetainAge = journal.RetainAge,
            Security = SourceOptions.Security(kafka.Security),
        };
    }
}
