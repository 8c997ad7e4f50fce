namespace AuditWatch.Server.Configuration;

/// <summary>Understands the section <c>journal:</c>.</summary>
static class JournalReader
{
    public static JournalConfig Read(ConfigSection? s)
    {
        var defaults = new JournalConfig();
        if (s is null) return defaults;
        var journal = new JournalConfig
        {
            RetainAge = s.Duration("retain_age", defaults.RetainAge),
            RetainSize = s.Size("retain_size", defaults.RetainSize),
            HighWater = s.Size("high_water", defaults.HighWater),
            Kafka = ReadKafka(s.Section("kafka")),
        };
        s.Done();
        return journal;
    }

    static KafkaJournalConfig? ReadKafka(ConfigSection? s)
    {
        if (s is null) return null;
        var security = new Dictionary<string, string>();
        var bootstrap = s.RequiredText("bootstrap");
        var topic = s.Text("topic") ?? "auditwatch-journal";
        var partitions = s.Number("partitions", 0, 1, 1024);
        var replication = s.Number("replication", 0, 1, 16);
        SourceReader.ReadSecurity(s, security);
        if (replication > 0 && partitions == 0) s.Fault("replication", "is given without 'partitions': both are for a topic that is to be made.");
        if (!IsTopic(topic)) s.Fault("topic", $"is '{topic}', but a topic's name has 1 to 249 letters, digits, '.', '_' and '-'.");
        s.Done();
        return new KafkaJournalConfig(bootstrap, topic, partitions == 0 ? null : partitions, replication == 0 ? null : replication, security);
    }

    static bool IsTopic(string name) => name.Length is > 0 and <= 249 && name is not ("." or "..") && name.All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '_' or '-');
}
