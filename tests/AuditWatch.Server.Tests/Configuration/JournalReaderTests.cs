using AuditWatch.Server.Configuration;
using AuditWatch.Server.Hosting;
using Xunit;

namespace AuditWatch.Server.Tests.Configuration;

public sealed class JournalReaderTests
{
    static (AuditWatchConfig Config, List<ConfigFault> Faults) Load(string yaml)
    {
        var file = Path.Combine(Directory.CreateTempSubdirectory("aw-config").FullName, "auditwatch.yaml");
        File.WriteAllText(file, yaml);
        var faults = new List<ConfigFault>();
        return (ConfigLoader.Load(file, new Dictionary<string, string>(), [], faults), faults);
    }

    [Fact]
    public void The_journal_is_a_folder_unless_a_topic_is_named_which_is_reached_as_sources_reach_theirs()
    {
        Assert.Null(Load("journal: {retain_age: 7d}\n").Config.Journal.Kafka);
        var file = Path.GetTempFileName();
        File.WriteAllText(file, "a secret\n");

        var (config, faults) = Load($"journal: {{retain_age: 7d, kafka: {{bootstrap: 'k1:9093,k2:9093', partitions: 12, replication: 3, security: {{protocol: SASL_SSL, username: aw, password_file: {file}}}}}}}\n");

        Assert.Empty(faults);
        var options = KafkaJournals.OptionsOf(config.Journal);
        Assert.Equal(("k1:9093,k2:9093", "auditwatch-journal", 12, 3, TimeSpan.FromDays(7)), (options.Bootstrap, options.Topic, options.Partitions!.Value, (int)options.Replication!, options.RetainAge!.Value));
        Assert.Equal(("SASL_SSL", "PLAIN", "aw", "a secret"), (options.Security!.Protocol, options.Security.Mechanism, options.Security.Username, options.Security.ReadPassword!()));
        Assert.DoesNotContain("a secret", ConfigPrinter.ToJson(config), StringComparison.Ordinal);
        Assert.Contains("\"kafka\"", ConfigPrinter.ToJson(config), StringComparison.Ordinal);
        File.Delete(file);
    }

    [Theory]
    [InlineData("{topic: t}", "'journal.kafka.bootstrap' is missing")]
    [InlineData("{bootstrap: k, topic: a/b}", "a topic's name has")]
    [InlineData("{bootstrap: k, replication: 3}", "without 'partitions'")]
    [InlineData("{bootstrap: k, partitions: 0}", "must be a number from 1 to 1024")]
    [InlineData("{bootstrap: k, topics: [a]}", "'journal.kafka.topics' is not a setting")]
    [InlineData("{bootstrap: k, security: {protocol: SASL_SSL, username: u}}", "needs a password")]
    public void What_is_wrong_is_said_with_its_key(string kafka, string message) =>
        Assert.Contains(message, Assert.Single(Load($"journal: {{kafka: {kafka}}}\n").Faults).Message, StringComparison.Ordinal);
}
