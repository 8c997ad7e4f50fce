namespace AuditWatch.Server.Configuration;

/// <summary>Understands one entry of <c>sources:</c>. Each type has its own keys; another type's key is a fault, not silence.</summary>
static class SourceReader
{
    public static SourceConfig Read(ConfigSection s)
    {
        var name = s.RequiredText("name");
        var cluster = s.RequiredText("cluster");
        if (cluster.Length > 0 && !ClusterName.IsValid(cluster)) s.Fault("cluster", ClusterName.Rule);
        var type = s.OneOf("type", "", "kafka", "eventhubs", "file");
        if (type.Length == 0) _ = s.RequiredText("type");
        var settings = new Dictionary<string, string> { ["start"] = s.OneOf("start", "earliest", "earliest", "latest") };
        if (type is "kafka" or "") ReadKafka(s, settings, type.Length > 0);
        if (type is "eventhubs" or "") ReadEventHubs(s, settings, type.Length > 0);
        if (type is "file" or "") ReadFile(s, settings, type.Length > 0);
        s.Done();
        return new SourceConfig(name, type, cluster, settings);
    }

    static void ReadKafka(ConfigSection s, Dictionary<string, string> settings, bool required)
    {
        Take(s, settings, "", "bootstrap", "group");
        if (s.Texts("topics") is { Count: > 0 } topics) settings["topics"] = string.Join(',', topics);
        if (required && !settings.ContainsKey("bootstrap")) s.Fault("bootstrap", "is missing: name the brokers, for instance kafka-1:9092,kafka-2:9092.");
        if (required && !settings.ContainsKey("topics")) s.Fault("topics", "is missing: name at least one topic.");
        ReadSecurity(s, settings);
    }

    /// <summary>The section <c>security</c> of whatever speaks with Kafka brokers.</summary>
    public static void ReadSecurity(ConfigSection s, Dictionary<string, string> settings)
    {
        if (s.Section("security") is not { } security) return;
        Take(security, settings, "security.", "username", "password_file", "password_env", "ca_file", "token_endpoint", "scope");
        var protocol = settings["security.protocol"] = security.OneOf("protocol", "PLAINTEXT", "PLAINTEXT", "SSL", "SASL_PLAINTEXT", "SASL_SSL");
        var mechanism = settings["security.mechanism"] = security.OneOf("mechanism", "PLAIN", "PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512", "OAUTHBEARER");
        OneAtMost(security, settings, "security.", "password_file", "password_env");
        AzureIdentityReader.Read(security, settings, "security.", protocol.StartsWith("SASL_", StringComparison.Ordinal) && mechanism == "OAUTHBEARER" && !settings.ContainsKey("security.token_endpoint")
            ? null : "is for OAUTHBEARER with Azure's own credentials, that is without 'token_endpoint'.");
        var isSasl = protocol.StartsWith("SASL_", StringComparison.Ordinal);
        var needsPassword = isSasl && (mechanism != "OAUTHBEARER" || settings.ContainsKey("security.token_endpoint"));
        if (needsPassword && !settings.ContainsKey("security.username")) security.Fault("username", $"is missing: {mechanism} needs one ($ConnectionString for Event Hubs).");
        if (needsPassword && !settings.ContainsKey("security.password_file") && !settings.ContainsKey("security.password_env"))
            security.Fault("password_file", $"or password_env is missing: {mechanism} needs a password.");
        security.Done();
    }

    static void ReadEventHubs(ConfigSection s, Dictionary<string, string> settings, bool required)
    {
        Take(s, settings, "", "connection_string_file", "connection_string_env", "namespace", "hub", "consumer_group", "checkpoint_store", "checkpoint_secret_file", "checkpoint_secret_env", "endpoint", "ca_file", "proxy");
        settings["transport"] = s.OneOf("transport", "amqp", "amqp", "websockets");
        AzureIdentityReader.Read(s, settings, "", required && !settings.ContainsKey("namespace") ? "is for 'namespace'; a connection string is a credential by itself." : null);
        if (!required) return;
        OneAtMost(s, settings, "", "connection_string_file", "connection_string_env", "namespace");
        if (!settings.ContainsKey("connection_string_file") && !settings.ContainsKey("connection_string_env") && !settings.ContainsKey("namespace"))
            s.Fault("connection_string_file", "is missing: name the file (or connection_string_env, or namespace with Azure's own credentials).");
        if (settings.ContainsKey("namespace") && !settings.ContainsKey("hub")) s.Fault("hub", "is missing.");
        if (settings.GetValueOrDefault("endpoint") is { } endpoint && !Uri.TryCreate(endpoint, UriKind.Absolute, out _)) s.Fault("endpoint", $"is '{endpoint}', but must be a URL such as sb://10.1.2.3:5671.");
        if (settings.GetValueOrDefault("proxy") is { } proxy)
        {
            if (!Uri.TryCreate(proxy, UriKind.Absolute, out var address) || address.Scheme != "http" || address.UserInfo.Length > 0) s.Fault("proxy", "must be a URL such as http://proxy.example:3128, without a password.");
            else if (settings["transport"] != "websockets") s.Fault("proxy", "needs 'transport: websockets': AMQP itself goes through no HTTP proxy.");
        }

        if (settings.ContainsKey("ca_file") && settings["transport"] == "websockets") s.Fault("ca_file", "has no effect over WebSockets, where the system's authorities are trusted; add it to those, or name a file of all of them with the variable SSL_CERT_FILE.");
        OneAtMost(s, settings, "", "checkpoint_secret_file", "checkpoint_secret_env");
        if (CheckpointPlace.FaultOf(settings.GetValueOrDefault("checkpoint_store"), settings.ContainsKey("checkpoint_secret_file") || settings.ContainsKey("checkpoint_secret_env")) is var (key, fault)) s.Fault(key, fault);
    }

    static void ReadFile(ConfigSection s, Dictionary<string, string> settings, bool required)
    {
        var paths = s.Texts("paths");
        if (paths.Count > 0) settings["paths"] = string.Join('\n', paths);
        if (!required) return;
        if (paths.Count == 0) s.Fault("paths", "is missing: name at least one file, for instance /var/log/kubernetes/audit/audit.log.");
        foreach (var path in paths.Where(p => !Path.IsPathFullyQualified(p) || p.Contains("**", StringComparison.Ordinal)))
            s.Fault("paths", $"holds '{path}', but each must be a full path, in which * and ? stand for characters of one name.");
    }

    static void Take(ConfigSection s, Dictionary<string, string> settings, string prefix, params string[] keys)
    {
        foreach (var key in keys)
            if (s.Text(key) is { } value) settings[prefix + key] = value;
    }

    static void OneAtMost(ConfigSection s, Dictionary<string, string> settings, string prefix, params string[] keys)
    {
        var given = keys.Where(k => settings.ContainsKey(prefix + k)).ToList();
        if (given.Count > 1) s.Fault(given[1], $"and '{given[0]}' are both given; one of them is meant.");
    }
}
