using System.Security.Cryptography;
using System.Text;
using AuditWatch.Ingest.Sources;
using AuditWatch.Ingest.Sources.EventHubs;
using AuditWatch.Ingest.Sources.Files;
using AuditWatch.Ingest.Sources.Kafka;
using AuditWatch.Server.Configuration;
using AuditWatch.Server.Hosting;
using AuditWatch.Storage.State;
using Microsoft.Extensions.Logging;

namespace AuditWatch.Server.Sources;

/// <summary>Makes a source from its settings (which the configuration has checked).</summary>
sealed class SourceFactory(Receivers receivers, StateStore state, DataFolder folder, TimeProvider clock, ILoggerFactory loggers)
{
    public IPartitionSource Create(SourceConfig source) => source.Type switch
    {
        "kafka" => new KafkaSource(SourceOptions.Kafka(source, InstanceOf(source.Name)), receivers.Pipeline, receivers.IsHigh, clock, loggers.CreateLogger<KafkaSource>()),
        "eventhubs" => new EventHubsSource(SourceOptions.EventHubs(source, InstanceOf(source.Name)), receivers.Pipeline, Checkpoints(source), receivers.IsHigh, clock, loggers.CreateLogger<EventHubsSource>()),
        "file" => new FileTailSource(SourceOptions.File(source), receivers.Pipeline, new StateCheckpoints(state), receivers.IsHigh, clock, loggers.CreateLogger<FileTailSource>()),
        _ => throw new StartFault($"The source '{source.Name}' is of type {source.Type}, which this version cannot read."),
    };

    IPartitionCheckpoints Checkpoints(SourceConfig source)
    {
        if (!source.Settings.TryGetValue("checkpoint_store", out var store)) return new StateCheckpoints(state);
        if (CheckpointPlace.AddressOf(store) is not { } place) return StateCheckpoints.InFile(store, clock);
        var secret = Secret.Of(source.Settings, "checkpoint_secret");
        return CheckpointPlace.IsPostgres(place) ? StateCheckpoints.InPostgres(place, secret, clock) : new BlobCheckpoints(new BlobPlace(place, secret, SourceOptions.Identity(source.Settings, "")));
    }

    // The same after a restart, and nobody else's: a data folder belongs to one process.
    string InstanceOf(string source)
    {
        var place = SHA256.HashData(Encoding.UTF8.GetBytes(string.Join('\n', Environment.MachineName, folder.Path, source)));
        return $"auditwatch-{Environment.MachineName}-{Convert.ToHexStringLower(place.AsSpan(0, 6))}";
    }
}
