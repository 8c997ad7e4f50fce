using System.Security.Cryptography;
using System.Text;
using AuditWatch.Ingest.Sources;
using AuditWatch.Ingest.Sources.EventHubs;
using AuditWatch.Ingest.Sources.Files;
using AuditWatch.Ingest.Sources.Kafka;
using AuditWatch.Server.Configuration;
using AuditWatch.Server.Hosting;
using Microsoft.Extensions.Logging;

namespace AuditWatch.Server.Sources;

/// <summary>Makes a source from its settings (which the configuration has checked).</summary>
sealed class SourceFactory(Stores stores, TimeProvider clock, ILoggerFactory loggers)
{
    public IPartitionSource Create(SourceConfig source) => source.Type switch
    {
        "kafka" => new KafkaSource(Kafka(source), stores.Pipeline, () => stores.Pressure.IsHigh, clock, loggers.CreateLogger<KafkaSource>()),
        "eventhubs" => new EventHubsSource(EventHubs(source), stores.Pipeline, Checkpoints(source), () => stores.Pressure.IsHigh, clock, loggers.CreateLogger<EventHubsSource>()),
        "file" => new FileTailSource(File(source), stores.Pipeline, new StateCheckpoints(stores.State), () => stores.Pressure.IsHigh, clock, loggers.CreateLogger<FileTailSource>()),
        _ => throw new StartFault($"The source '{source.Name}' is of type {source.Type}, which this version cannot read."),
    };

    KafkaOptions Kafka(SourceConfig source)
    {
        var settings = source.Settings;
        return new KafkaOptions
        {
            Name = source.Name,
            Cluster = source.Cluster,
            Bootstrap = settings["bootstrap"],
            Topics = settings["topics"].Split(','),
            Group = settings.GetValueOrDefault("group") ?? "auditwatch",
            StartAtLatest = settings.GetValueOrDefault("start") == "latest",
            InstanceId = InstanceOf(source.Name),
            Security = settings.TryGetValue("security.protocol", out var protocol)
                ? new KafkaSecurity(protocol, settings["security.mechanism"])
                {
                    Username = settings.GetValueOrDefault("security.username"),
                    ReadPassword = Secret.Of(settings, "security.password"),
                    CaFile = settings.GetValueOrDefault("security.ca_file"),
                    TokenEndpoint = settings.GetValueOrDefault("security.token_endpoint"),
                    Scope = settings.GetValueOrDefault("security.scope"),
                }
                : null,
        };
    }

    EventHubsOptions EventHubs(SourceConfig source)
    {
        var settings = source.Settings;
        return new EventHubsOptions
        {
            Name = source.Name,
            Cluster = source.Cluster,
            ReadConnectionString = Secret.Of(settings, "connection_string"),
            Namespace = settings.GetValueOrDefault("namespace"),
            Hub = settings.GetValueOrDefault("hub"),
            ConsumerGroup = settings.GetValueOrDefault("consumer_group") ?? "$Default",
            StartAtLatest = settings.GetValueOrDefault("start") == "latest",
            UseWebSockets = settings.GetValueOrDefault("transport") == "websockets",
            Endpoint = settings.TryGetValue("endpoint", out var endpoint) ? new Uri(endpoint) : null,
            CaFile = settings.GetValueOrDefault("ca_file"),
            Identifier = InstanceOf(source.Name),
        };
    }

    static FileTailOptions File(SourceConfig source) => new()
    {
        Name = source.Name,
        Cluster = source.Cluster,
        Paths = source.Settings["paths"].Split('\n'),
        StartAtLatest = source.Settings["start"] == "latest",
    };

    StateCheckpoints Checkpoints(SourceConfig source) =>
        source.Settings.TryGetValue("checkpoint_store", out var file) ? StateCheckpoints.InFile(file, clock) : new StateCheckpoints(stores.State);

    // The same after a restart, and nobody else's: a data folder belongs to one process.
    string InstanceOf(string source)
    {
        var place = SHA256.HashData(Encoding.UTF8.GetBytes(string.Join('\n', Environment.MachineName, stores.Folder.Path, source)));
        return $"auditwatch-{Environment.MachineName}-{Convert.ToHexStringLower(place.AsSpan(0, 6))}";
    }
}
