namespace AuditWatch.Storage.Elasticsearch;

/// <summary>What <c>setup elasticsearch</c> installs, in an order in which nothing names what is not there.</summary>
internal static class AssetCatalog
{
    public const string AuditTemplate = "auditwatch-kubernetes-audit";

    public static IReadOnlyList<Asset> All { get; } =
    [
        Policy("auditwatch-audit"),
        Policy("auditwatch-alert"),
        new("ingest pipeline", "auditwatch-final", "/_ingest/pipeline/auditwatch-final", File("pipeline-auditwatch-final")) { IsOptional = true },
        Component("auditwatch-audit-mappings"),
        Component("auditwatch-alert-mappings"),
        Component("auditwatch-settings"),
        Component("auditwatch-audit-text") with { IsOptional = true },
        Component("auditwatch-alert-text") with { IsOptional = true },
        Component("auditwatch-audit-wildcard") with { IsOptional = true },
        Component("auditwatch-constants") with { IsOptional = true },
        Component("auditwatch-logsdb") with { IsOptional = true },
        Component("auditwatch-failures") with { IsOptional = true },
        Component("auditwatch-ingested") with { IsOptional = true, Needs = "auditwatch-final" },
        Component("auditwatch-audit-ilm") with { IsOptional = true, Needs = "auditwatch-audit" },
        Component("auditwatch-alert-ilm") with { IsOptional = true, Needs = "auditwatch-alert" },
        Component("auditwatch-audit-lifecycle") with { IsOptional = true, InsteadOf = "auditwatch-audit-ilm" },
        Component("auditwatch-alert-lifecycle") with { IsOptional = true, InsteadOf = "auditwatch-alert-ilm" },
        Component("auditwatch-triage-mappings"),
        Component("auditwatch-triage-lookup") with { IsOptional = true },
        Template(AuditTemplate),
        Template("auditwatch-alert"),
        Template("auditwatch-triage"),
    ];

    /// <summary>What Elastic's own integration calls the hook of its template; our mapping goes there where it is installed.</summary>
    public static Asset IntegrationHook { get; } =
        new("component template", "logs-kubernetes.audit_logs@custom", "/_component_template/logs-kubernetes.audit_logs@custom", File("component-auditwatch-audit-mappings"));

    static Asset Policy(string name) => new("ILM policy", name, $"/_ilm/policy/{name}", File($"ilm-{name}")) { IsOptional = true };

    static Asset Component(string name) => new("component template", name, $"/_component_template/{name}", File($"component-{name}"));

    static Asset Template(string name) => new("index template", name, $"/_index_template/{name}", File($"template-{name}"));

    static byte[] File(string name)
    {
        using var file = typeof(AssetCatalog).Assembly.GetManifestResourceStream($"elasticsearch/{name}") ?? throw new InvalidOperationException($"infra/elasticsearch/{name}.json is not built in.");
        var bytes = new byte[file.Length];
        file.ReadExactly(bytes);
        return bytes;
    }
}
