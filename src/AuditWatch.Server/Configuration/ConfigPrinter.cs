using System.Text.Json;

namespace AuditWatch.Server.Configuration;

/// <summary>Shows a configuration under its own keys. It only ever names files and variables that hold secrets, never what is in them.</summary>
public static class ConfigPrinter
{
    static readonly JsonSerializerOptions Indented = new() { WriteIndented = true, PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower, Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Indented JSON (valid YAML too).</summary>
    public static string ToJson(AuditWatchConfig config) => JsonSerializer.Serialize(
        new
        {
            Roles = RolesReader.NamesOf(config.Roles),
            config.Data,
            config.Listen,
            config.TlsCert,
            config.TlsKey,
            config.ClientCa,
            config.ApiTokenFile,
            config.Access,
            config.Sources,
            Clusters = config.Clusters.Select(c => new
            {
                c.Name, c.Profile, TrustedProxies = c.TrustedProxies.Select(n => n.ToString()), Networks = c.Networks.Select(n => n.ToString()),
                Baseline = config.Baselines.GetValueOrDefault(c.Name),
            }),
            config.Completeness,
            config.Rules,
            Journal = new { RetainAge = config.Journal.RetainAge.ToString("c"), config.Journal.RetainSize, config.Journal.HighWater, config.Journal.Kafka },
            config.Redaction,
            config.Notify,
            config.Triage,
            config.State,
            Bus = new { Rabbitmq = config.Bus.RabbitMq is { } r ? new { r.Host, r.Port, r.Vhost, r.Username, r.PasswordFile, r.PasswordEnv, r.Tls, r.CaFile } : null },
            config.Elasticsearch,
            config.Index,
            config.Kibana,
        }, Indented);
}
