using AuditWatch.Ingest.Journal.Kafka;
using AuditWatch.Server.Configuration;
using AuditWatch.Storage.State;
using Microsoft.Extensions.Logging;

namespace AuditWatch.Server.Hosting;

/// <summary>The journal on Kafka as it is configured, with the state store saying which partition a cluster belongs to.</summary>
sealed class StoredAssignments(StateStore state) : IPartitionAssignments
{
    public Task<int> AssignAsync(string topic, string cluster, IReadOnlyList<int> partitions, CancellationToken stop) => state.AssignJournalPartitionAsync(topic, cluster, partitions, stop);

    public Task<IReadOnlyDictionary<string, int>> ListAsync(string topic, CancellationToken stop) => state.ListJournalPartitionsAsync(topic, stop);

    /// <summary>Opens the configured journal.</summary>
    /// <exception cref="IOException">No broker answers, or there is no such topic.</exception>
    public static Task<KafkaJournal> OpenJournalAsync(JournalConfig journal, StateStore state, TimeProvider clock, ILogger<KafkaJournal> log, CancellationToken stop) =>
        KafkaJournal.OpenAsync(KafkaJournals.OptionsOf(journal), new StoredAssignments(state), clock, log, stop);
}
