using AuditWatch.Ingest.Journal;
using AuditWatch.Ingest.Journal.Kafka;
using AuditWatch.Server.Configuration;
using AuditWatch.Server.Hosting;
using AuditWatch.Storage.State;
using Microsoft.Extensions.Logging;

namespace AuditWatch.Server.Roles;

/// <summary>The journal that all processes of an installation share.</summary>
static class SharedJournal
{
    public static string NameOf(AuditWatchConfig config) => $"{config.Journal.Kafka!.Topic} on {config.Journal.Kafka.Bootstrap}";

    public static async Task<IPartitionedJournal> OpenAsync(AuditWatchConfig config, StateStore state, TimeProvider clock, CancellationToken stop)
    {
        var loggers = LoggerFactory.Create(logging => logging.AddProvider(new JsonLineLogger(clock)).SetMinimumLevel(LogLevel.Information));
        try
        {
            return await StoredAssignments.OpenJournalAsync(config.Journal, state, clock, loggers.CreateLogger<KafkaJournal>(), stop);
        }
        catch (IOException fault)
        {
            throw new StartFault($"journal.kafka: {fault.Message}");
        }
    }
}
