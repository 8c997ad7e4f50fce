using System.Net;
using AuditWatch.Events.Model;

namespace AuditWatch.Server.Configuration;

/// <summary>Understands the whole configuration and reports every fault at once.</summary>
static class ConfigReader
{
    static readonly string[] Profiles = ["vanilla", "kubeadm", "aks", "eks", "gke", "openshift", "rke2"];
    static readonly string[] Levels = ["informational", "low", "medium", "high", "critical"];

    public static AuditWatchConfig Read(ConfigNode root, List<ConfigFault> faults)
    {
        var top = new ConfigSection(root, "", faults);
        var defaults = new AuditWatchConfig();
        var listen = top.Texts("listen");
        var baselines = new Dictionary<string, IReadOnlyList<string>>(StringComparer.Ordinal);
        var config = new AuditWatchConfig
        {
            Roles = RolesReader.Read(top),
            Data = top.Text("data") ?? defaults.Data,
            Listen = listen.Count == 0 ? defaults.Listen : listen,
            TlsCert = top.Text("tls_cert"),
            TlsKey = top.Text("tls_key"),
            ClientCa = top.Text("client_ca"),
            ApiTokenFile = top.Text("api_token_file"),
            Access = AccessReader.Read(top.Section("access")),
            Sources = Unique(top.Sections("sources").Select(SourceReader.Read).ToList(), s => s.Name, "sources", top),
            Clusters = Unique(top.Sections("clusters").Select(s => ReadCluster(s, baselines)).ToList(), c => c.Name, "clusters", top),
            Baselines = baselines,
            Completeness = Unique(top.Sections("completeness").Select(CompletenessReader.Read).ToList(), c => c.Cluster, "completeness", top),
            Rules = ReadRules(top.Section("rules")),
            Journal = JournalReader.Read(top.Section("journal")),
            Redaction = ReadRedaction(top.Section("redaction")),
            Notify = ReadNotify(top.Section("notify"), top),
            Triage = ReadTriage(top.Section("triage")),
            State = StateReader.Read(top.Section("state")),
            Bus = BusReader.Read(top.Section("bus")),
            Elasticsearch = ReadElasticsearch(top.Section("elasticsearch")),
            Index = ReadIndex(top.Section("index"), top),
            Kibana = ReadKibana(top.Section("kibana")),
        };
        // Positions in the state are offsets of the topic; the brokers' names may change.
        if (config.Journal.Kafka is { } kafka) config = config with { Index = new IndexConfig { Embedded = false }, State = config.State with { Journal = "kafka " + kafka.Topic } };
        top.Done();
        ListenRules.Check(config, faults);
        return config;
    }

    static List<T> Unique<T>(List<T> items, Func<T, string> name, string key, ConfigSection top)
    {
        foreach (var twice in items.GroupBy(name).Where(g => g.Key.Length > 0 && g.Count() > 1))
            top.Fault(key, $"names '{twice.Key}' more than once; names must be unique.");
        return items;
    }

    static ClusterFacts ReadCluster(ConfigSection s, Dictionary<string, IReadOnlyList<string>> baselines)
    {
        var name = s.RequiredText("name");
        if (name.Length > 0 && !ClusterName.IsValid(name)) s.Fault("name", ClusterName.Rule);
        var facts = new ClusterFacts
        {
            Name = name,
            Profile = s.OneOf("profile", "vanilla", Profiles),
            TrustedProxies = ReadNetworks(s, "trusted_proxies"),
            Networks = ReadNetworks(s, "networks"),
        };
        // Not looked for here: a snapshot that was taken in once is not needed again.
        if (s.Texts("baseline") is { Count: > 0 } files) baselines[name] = files;
        s.Done();
        return facts;
    }

    static List<IPNetwork> ReadNetworks(ConfigSection s, string key)
    {
        var networks = new List<IPNetwork>();
        foreach (var text in s.Texts(key))
        {
            if (Networks.TryParse(text, out var network)) networks.Add(network);
            else s.Fault(key, $"holds '{text}', which is no network such as 10.0.0.0/8 or fd00::/8.");
        }
        return networks;
    }

    static RulesConfig ReadRules(ConfigSection? s)
    {
        if (s is null) return new RulesConfig();
        var rules = new RulesConfig { Dirs = s.Texts("dirs"), Chains = s.Texts("chains"), Exceptions = s.Texts("exceptions") };
        foreach (var (key, dirs) in new[] { ("dirs", rules.Dirs), ("exceptions", rules.Exceptions) })
            foreach (var dir in dirs.Where(d => !Directory.Exists(d)))
                s.Fault(key, $"names the folder '{dir}', which does not exist.");
        foreach (var path in rules.Chains.Where(p => !File.Exists(p) && !Directory.Exists(p))) s.Fault("chains", $"names '{path}', which is neither an assembly nor a folder of them.");
        s.Done();
        return rules;
    }

    static RedactionConfig ReadRedaction(ConfigSection? s)
    {
        if (s is null) return new RedactionConfig();
        var redaction = new RedactionConfig { Configmaps = s.Flag("configmaps", true), KeyFile = s.Text("key_file") };
        if (redaction.KeyFile is { } file && !File.Exists(file)) s.Fault("key_file", $"names '{file}', which does not exist.");
        s.Done();
        return redaction;
    }

    static NotifyConfig ReadNotify(ConfigSection? s, ConfigSection top)
    {
        if (s is null) return new NotifyConfig();
        var notify = new NotifyConfig
        {
            WebhookUrl = s.Text("webhook_url"), WebhookSecretFile = s.Text("webhook_secret_file"), MinLevel = s.OneOf("min_level", "high", Levels),
            Routes = Unique(s.Sections("routes").Select(Notifications.RouteReader.Read).ToList(), r => r.Name, "notify", top),
        };
        if (notify.WebhookUrl is { } url && !(Uri.TryCreate(url, UriKind.Absolute, out var parsed) && parsed.Scheme is "http" or "https"))
            s.Fault("webhook_url", $"is '{url}', but must be an http or https URL.");
        if (notify is { WebhookUrl: not null, WebhookSecretFile: null }) s.Fault("webhook_url", "needs 'notify.webhook_secret_file': alerts are only sent signed.");
        if (notify.WebhookSecretFile is { } file && !File.Exists(file)) s.Fault("webhook_secret_file", $"names '{file}', which does not exist.");
        s.Done();
        return notify;
    }

    static TriageConfig ReadTriage(ConfigSection? s)
    {
        if (s is null) return new TriageConfig();
        var triage = new TriageConfig { NoteRequired = s.Texts("note_required") };
        s.Done();
        return triage;
    }

    static ElasticsearchConfig? ReadElasticsearch(ConfigSection? s)
    {
        if (s is null) return null;
        var elasticsearch = new ElasticsearchConfig(
            s.RequiredText("url"), s.Text("namespace") ?? "default", s.Text("api_key_file"), s.Text("username"), s.Text("password_file"), s.Text("ca_file"));
        s.Done();
        return elasticsearch;
    }

    static IndexConfig ReadIndex(ConfigSection? s, ConfigSection top)
    {
        if (s is null) return new IndexConfig();
        var index = new IndexConfig { Embedded = s.Flag("embedded", true) };
        if (!index.Embedded && top.Section("elasticsearch") is null) s.Fault("embedded", "is false, but there is no 'elasticsearch' section: nothing could be searched.");
        s.Done();
        return index;
    }

    static KibanaConfig? ReadKibana(ConfigSection? s)
    {
        if (s is null) return null;
        var kibana = new KibanaConfig(
            s.RequiredText("url"), s.Text("space") ?? "default", s.Text("api_key_file"), s.Text("username"), s.Text("password_file"), s.Text("ca_file"), s.Text("auditwatch_url"));
        s.Done();
        return kibana;
    }
}
