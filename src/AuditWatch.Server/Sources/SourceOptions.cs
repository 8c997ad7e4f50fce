using AuditWatch.Ingest.Sources;
using AuditWatch.Ingest.Sources.EventHubs;
using AuditWatch.Ingest.Sources.Files;
using AuditWatch.Ingest.Sources.Kafka;
using AuditWatch.Server.Configuration;

namespace AuditWatch.Server.Sources;

/// <summary>A source's settings (which the configuration has checked) as the source takes them.</summary>
static class SourceOptions
{
    public static KafkaOptions Kafka(SourceConfig source, string instance)
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
            InstanceId = instance,
            Security = Security(settings),
        };
    }

    /// <summary>What <see cref="SourceReader.ReadSecurity"/> understood; null: plain text.</summary>
    public static KafkaSecurity? Security(IReadOnlyDictionary<string, string> settings) => settings.TryGetValue("security.protocol", out var protocol)
        ? new KafkaSecurity(protocol, settings["security.mechanism"])
        {
            Username = settings.GetValueOrDefault("security.username"),
            ReadPassword = Secret.Of(settings, "security.password"),
            CaFile = settings.GetValueOrDefault("security.ca_file"),
            TokenEndpoint = settings.GetValueOrDefault("security.token_endpoint"),
            Scope = settings.GetValueOrDefault("security.scope"),
            Identity = Identity(settings, "security."),
        }
        : null;

    public static EventHubsOptions EventHubs(SourceConfig source, string instance)
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
            Identity = Identity(settings, ""),
            Proxy = Address(settings, "proxy"),
            Endpoint = settings.TryGetValue("endpoint", out var endpoint) ? new Uri(endpoint) : null,
            CaFile = settings.GetValueOrDefault("ca_file"),
            Identifier = instance,
        };
    }

    /// <summary>Who a source is at Azure.</summary>
    public static AzureIdentity Identity(IReadOnlyDictionary<string, string> settings, string prefix) => new()
    {
        Kind = settings.GetValueOrDefault(prefix + "credential") switch
        {
            "managed-identity" => AzureIdentityKind.ManagedIdentity,
            "workload-identity" => AzureIdentityKind.WorkloadIdentity,
            "service-principal" => AzureIdentityKind.ServicePrincipal,
            _ => AzureIdentityKind.Default,
        },
        TenantId = settings.GetValueOrDefault(prefix + "tenant_id"),
        ClientId = settings.GetValueOrDefault(prefix + "client_id"),
        ReadClientSecret = Secret.Of(settings, prefix + "client_secret"),
        ClientCertificateFile = settings.GetValueOrDefault(prefix + "client_certificate_file"),
        FederatedTokenFile = settings.GetValueOrDefault(prefix + "federated_token_file"),
        Authority = Address(settings, prefix + "authority"),
        CaFile = settings.GetValueOrDefault(prefix + "ca_file"),
        Proxy = Address(settings, prefix + "proxy"),
    };

    static Uri? Address(IReadOnlyDictionary<string, string> settings, string key) => settings.TryGetValue(key, out var text) ? new Uri(text) : null;

    public static FileTailOptions File(SourceConfig source) => new()
    {
        Name = source.Name,
        Cluster = source.Cluster,
        Paths = source.Settings["paths"].Split('\n'),
        StartAtLatest = source.Settings["start"] == "latest",
    };
}
