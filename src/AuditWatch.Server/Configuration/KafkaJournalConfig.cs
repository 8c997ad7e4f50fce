namespace AuditWatch.Server.Configuration;

/// <summary>The topic that is the journal.</summary>
/// <param name="Bootstrap">Brokers to begin with.</param>
/// <param name="Topic">The topic.</param>
/// <param name="Partitions">Partitions of the topic when it is made; null: it is there.</param>
/// <param name="Replication">Copies of each when it is made; null: as the brokers are set.</param>
/// <param name="Security">Login and encryption, as sources have them.</param>
public sealed record KafkaJournalConfig(string Bootstrap, string Topic, int? Partitions, int? Replication, IReadOnlyDictionary<string, string> Security);
