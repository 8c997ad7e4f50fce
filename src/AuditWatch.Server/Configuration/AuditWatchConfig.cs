using System.Net;
using AuditWatch.Events.Model;

namespace AuditWatch.Server.Configuration;

/// <summary>What auditwatch.yaml, the environment and the flags say together: resolved, validated, immutable.</summary>
public sealed record AuditWatchConfig
{
    /// <summary>What this process does. Default everything.</summary>
    public ServeRoles Roles { get; init; } = ServeRoles.All;

    /// <summary>Where everything is kept. Default <c>auditwatch-data</c> in the working folder.</summary>
    public string Data { get; init; } = "auditwatch-data";

    /// <summary>URLs to listen on. Default loopback.</summary>
    public IReadOnlyList<string> Listen { get; init; } = ["http://127.0.0.1:9443"];

    /// <summary>PEM certificate (chain) for every https URL.</summary>
    public string? TlsCert { get; init; }

    /// <summary>Its PEM key.</summary>
    public string? TlsKey { get; init; }

    /// <summary>PEM bundle of authorities whose client certificates are believed; asks for a certificate, does not demand one.</summary>
    public string? ClientCa { get; init; }

    /// <summary>File with a bearer token that may everything; null: users are those with tokens of their own.</summary>
    public string? ApiTokenFile { get; init; }

    /// <summary>How often callers may ask.</summary>
    public AccessConfig Access { get; init; } = new();

    /// <summary>Where events come from, beside the webhook that is always there.</summary>
    public IReadOnlyList<SourceConfig> Sources { get; init; } = [];

    /// <summary>What is known of clusters.</summary>
    public IReadOnlyList<ClusterFacts> Clusters { get; init; } = [];

    /// <summary>Files of a snapshot of a cluster's objects, by cluster: what was there before the journal.</summary>
    public IReadOnlyDictionary<string, IReadOnlyList<string>> Baselines { get; init; } = new Dictionary<string, IReadOnlyList<string>>();

    /// <summary>What is expected of clusters' API servers.</summary>
    public IReadOnlyList<Completeness.CompletenessConfig> Completeness { get; init; } = [];

    /// <summary>Rules beside the shipped ones.</summary>
    public RulesConfig Rules { get; init; } = new();

    /// <summary>How much the journal keeps and takes.</summary>
    public JournalConfig Journal { get; init; } = new();

    /// <summary>What redaction replaces beside secrets.</summary>
    public RedactionConfig Redaction { get; init; } = new();

    /// <summary>Who is told of alerts.</summary>
    public NotifyConfig Notify { get; init; } = new();

    /// <summary>What closing an alert asks for.</summary>
    public TriageConfig Triage { get; init; } = new();

    /// <summary>Where the relational state is kept.</summary>
    public StateConfig State { get; init; } = new();

    /// <summary>What carries alerts.</summary>
    public BusConfig Bus { get; init; } = new();

    /// <summary>Elasticsearch; null: embedded index only.</summary>
    public ElasticsearchConfig? Elasticsearch { get; init; }

    /// <summary>Where events are searched.</summary>
    public IndexConfig Index { get; init; } = new();

    /// <summary>Kibana, for <c>setup kibana</c>; null: it is told by flags.</summary>
    public KibanaConfig? Kibana { get; init; }

    /// <summary>What is known of one cluster.</summary>
    public ClusterFacts FactsOf(string cluster) => Clusters.FirstOrDefault(c => c.Name == cluster) ?? new ClusterFacts { Name = cluster };
}

/// <summary>One source of events.</summary>
public sealed record SourceConfig(string Name, string Type, string Cluster, IReadOnlyDictionary<string, string> Settings);

/// <summary>Rules beside the shipped ones.</summary>
public sealed record RulesConfig
{
    /// <summary>Folders of Sigma rules.</summary>
    public IReadOnlyList<string> Dirs { get; init; } = [];

    /// <summary>Assemblies with chains.</summary>
    public IReadOnlyList<string> Chains { get; init; } = [];

    /// <summary>Folders of site exceptions (Sigma filter documents).</summary>
    public IReadOnlyList<string> Exceptions { get; init; } = [];
}

/// <summary>How much the journal keeps and takes.</summary>
public sealed record JournalConfig
{
    /// <summary>Segments older than this are deleted. Default 30 days.</summary>
    public TimeSpan RetainAge { get; init; } = TimeSpan.FromDays(30);

    /// <summary>The oldest segments are deleted beyond this many bytes. Default 200 GiB.</summary>
    public long RetainSize { get; init; } = 200L << 30;

    /// <summary>Posts are answered 429 while more than this many bytes are not yet detected and indexed. Default 8 GiB.</summary>
    public long HighWater { get; init; } = 8L << 30;

    /// <summary>A Kafka topic that takes the place of the segments; null: segments in the data folder.</summary>
    public KafkaJournalConfig? Kafka { get; init; }
}

/// <summary>What redaction replaces beside secrets.</summary>
public sealed record RedactionConfig
{
    /// <summary>Whether ConfigMap values that look like credentials are replaced. Default true.</summary>
    public bool Configmaps { get; init; } = true;

    /// <summary>File with the key for marks, which all ingesters of an installation share; null: the data folder's own.</summary>
    public string? KeyFile { get; init; }
}

/// <summary>What closing an alert asks for.</summary>
public sealed record TriageConfig
{
    /// <summary>Rules (ids or names) whose alerts are closed with a note only, beside those that say so themselves.</summary>
    public IReadOnlyList<string> NoteRequired { get; init; } = [];
}

/// <summary>Who is told of alerts: routes, and a signed HTTP webhook for each alert.</summary>
public sealed record NotifyConfig
{
    /// <summary>Routes to people and systems, grouped and limited.</summary>
    public IReadOnlyList<Notifications.RouteConfig> Routes { get; init; } = [];

    /// <summary>Where alerts are posted; null: nowhere.</summary>
    public string? WebhookUrl { get; init; }

    /// <summary>File with the signing secret (Standard Webhooks, <c>whsec_…</c> or raw text).</summary>
    public string? WebhookSecretFile { get; init; }

    /// <summary>Alerts below this level are not sent. Default high.</summary>
    public string MinLevel { get; init; } = "high";
}

/// <summary>Where and how to reach Elasticsearch.</summary>
public sealed record ElasticsearchConfig(string Url, string Namespace, string? ApiKeyFile, string? Username, string? PasswordFile, string? CaFile);

/// <summary>One fault of the configuration: where, what, and what to do.</summary>
public sealed record ConfigFault(string Place, string Message)
{
    /// <summary><c>place: message</c></summary>
    public override string ToString() => $"{Place}: {Message}";
}

/// <summary>A network in CIDR form.</summary>
static class Networks
{
    /// <summary>Accepts <c>10.0.0.0/8</c> and a bare address (a network of one).</summary>
    public static bool TryParse(string text, out IPNetwork network)
    {
        if (IPNetwork.TryParse(text, out network)) return true;
        if (!IPAddress.TryParse(text, out var address)) return false;
        network = new IPNetwork(address, address.GetAddressBytes().Length * 8);
        return true;
    }
}

/// <summary>Where events are searched.</summary>
public sealed record IndexConfig
{
    /// <summary>Whether the embedded index is kept, and asked. Default true; false: Elasticsearch alone.</summary>
    public bool Embedded { get; init; } = true;
}

/// <summary>Where and how to reach Kibana.</summary>
public sealed record KibanaConfig(string Url, string Space, string? ApiKeyFile, string? Username, string? PasswordFile, string? CaFile, string? AuditWatchUrl);
