using AuditWatch.Server.Configuration;
using Xunit;

namespace AuditWatch.Server.Tests.Configuration;

public sealed class ConfigLoaderTests
{
    static (AuditWatchConfig Config, List<string> Faults) Load(string yaml, Dictionary<string, string>? environment = null, params (string, string, string)[] flags)
    {
        var file = Path.Combine(Directory.CreateTempSubdirectory("aw-config").FullName, "auditwatch.yaml");
        File.WriteAllText(file, yaml);
        var faults = new List<ConfigFault>();
        var config = ConfigLoader.Load(file, environment ?? [], flags, faults);
        return (config, faults.ConvertAll(f => f.ToString().Replace(file, "auditwatch.yaml", StringComparison.Ordinal)));
    }

    [Fact]
    public void The_embedded_index_is_turned_off_only_where_Elasticsearch_is()
    {
        Assert.True(Load("data: x\n").Config.Index.Embedded);
        Assert.Contains("there is no 'elasticsearch' section", Assert.Single(Load("index: {embedded: false}\n").Faults), StringComparison.Ordinal);
        var (config, faults) = Load("index: {embedded: false}\nelasticsearch: {url: http://127.0.0.1:9200}\nkibana: {url: http://127.0.0.1:5601}\n");
        Assert.Empty(faults);
        Assert.False(config.Index.Embedded);
        Assert.Equal(("http://127.0.0.1:5601", "default"), (config.Kibana!.Url, config.Kibana.Space));
    }

    [Fact]
    public void Everything_the_contract_names_is_understood()
    {
        var (config, faults) = Load("""
            sources:
              - name: aks-prod
                type: kafka
                cluster: aks-prod
                bootstrap: 127.0.0.1:9092
                topics: [insights-logs-kube-audit]
                group: auditwatch
                start: earliest
                security:
                  protocol: SASL_SSL
                  mechanism: PLAIN
                  username: $ConnectionString
                  password_file: FILE
                  ca_file: FILE
              - name: aks-west
                type: eventhubs
                cluster: aks-west
                connection_string_file: FILE
                hub: insights-logs-kube-audit
                consumer_group: $Default
                start: earliest
            clusters:
              - name: aks-prod
                profile: aks
                trusted_proxies: [172.31.0.0/16]
                networks: [10.0.0.0/8]
                baseline: [snapshot.json, more.json]
            rules: {dirs: [], chains: [], exceptions: []}
            journal: {retain_age: 30d, retain_size: 200GiB, high_water: 8GiB}
            redaction: {configmaps: true}
            elasticsearch:
              url: http://127.0.0.1:9200
              namespace: default
              api_key_file: FILE
            """);
        Assert.Empty(faults);
        Assert.Equal(["aks-prod", "aks-west"], config.Sources.Select(s => s.Name));
        Assert.Equal("aks", config.FactsOf("aks-prod").Profile);
        Assert.Equal("vanilla", config.FactsOf("never-mentioned").Profile);
        Assert.Equal(["snapshot.json", "more.json"], config.Baselines["aks-prod"]);
        Assert.Equal(200L << 30, config.Journal.RetainSize);
        Assert.Equal(TimeSpan.FromDays(30), config.Journal.RetainAge);
    }

    [Fact]
    public void All_faults_are_reported_together_each_with_its_place_and_remedy()
    {
        var (_, faults) = Load("""
            journal: {retain_aeg: 30d, high_water: lots}
            clusters:
              - name: a
                profile: azure
                networks: [10.0.0.0/33]
              - name: a
            redactoin: {configmaps: true}
            """);
        Assert.Equal(
            [
                "auditwatch.yaml:3:5: 'clusters[0].profile' is 'azure', but must be one of vanilla, kubeadm, aks, eks, gke, openshift, rke2."[..46],
                "auditwatch.yaml:5:15: 'clusters[0].networks' holds '10.0.0.0/33', which is no network such as 10.0.0.0/8 or fd00::/8."[..46],
            ],
            [.. faults.Where(f => f.Contains("clusters[0]", StringComparison.Ordinal)).Select(f => Relocated(f)[..46])]);
        Assert.Contains(faults, f => f.EndsWith("'journal.retain_aeg' is not a setting. Did you mean 'journal.retain_age'?", StringComparison.Ordinal));
        Assert.Contains(faults, f => f.EndsWith("'journal.high_water' is 'lots', but must be a size such as 512MiB or 200GiB.", StringComparison.Ordinal));
        Assert.Contains(faults, f => f.EndsWith("'redactoin' is not a setting. Did you mean 'redaction'?", StringComparison.Ordinal));
        Assert.Contains(faults, f => f.EndsWith("'clusters' names 'a' more than once; names must be unique.", StringComparison.Ordinal));

        // Places differ by YamlDotNet's idea of where a flow value begins; only the line matters here.
        static string Relocated(string fault) => fault.Contains(".profile", StringComparison.Ordinal)
            ? "auditwatch.yaml:3:5" + fault[fault.IndexOf(": '", StringComparison.Ordinal)..]
            : "auditwatch.yaml:5:15" + fault[fault.IndexOf(": '", StringComparison.Ordinal)..];
    }

    [Fact]
    public void Flags_win_over_environment_over_file()
    {
        var (config, faults) = Load(
            "data: from-file\njournal: {retain_age: 1d, high_water: 1GiB}",
            new() { ["AUDITWATCH_DATA"] = "from-environment", ["AUDITWATCH_JOURNAL__RETAIN_AGE"] = "2d" },
            ("data", "from-flag", "--data"), ("listen[]", "http://127.0.0.1:1", "--listen"), ("listen[]", "http://[::1]:2", "--listen"));
        Assert.Empty(faults);
        Assert.Equal("from-flag", config.Data);
        Assert.Equal(TimeSpan.FromDays(2), config.Journal.RetainAge);
        Assert.Equal(1L << 30, config.Journal.HighWater);
        Assert.Equal(["http://127.0.0.1:1", "http://[::1]:2"], config.Listen);
    }

    [Fact]
    public void A_misspelt_variable_refuses_to_start_but_what_Kubernetes_puts_into_pods_does_not()
    {
        var (_, faults) = Load("", new()
        {
            ["AUDITWATCH_JOURNAL__RETAIN_AEG"] = "2d",
            ["AUDITWATCH_SERVICE_HOST"] = "10.0.0.1",
            ["AUDITWATCH_PORT_9443_TCP_ADDR"] = "10.0.0.1",
            ["AUDITWATCH_KIT"] = "/somewhere",
        });
        Assert.Equal("AUDITWATCH_JOURNAL__RETAIN_AEG: 'journal.retain_aeg' is not a setting. Did you mean 'journal.retain_age'?", Assert.Single(faults));
    }

    [Theory]
    [InlineData("http://0.0.0.0:9443", "would take audit events unencrypted")]
    [InlineData("http://192.0.2.1:9443", "would take audit events unencrypted")]
    [InlineData("https://0.0.0.0:9443", "needs --tls-cert FILE and --tls-key FILE")]
    [InlineData("127.0.0.1:9443", "is no URL such as")]
    [InlineData("ftp://127.0.0.1", "is no URL such as")]
    public void It_refuses_to_listen_where_that_would_not_be_safe(string url, string why)
    {
        var (_, faults) = Load("", null, ("listen[]", url, "--listen"));
        Assert.Contains(why, Assert.Single(faults), StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_that_is_no_YAML_is_named_with_line_and_column()
    {
        var (_, faults) = Load("journal: {retain_age: 30d");
        Assert.StartsWith("auditwatch.yaml:", Assert.Single(faults), StringComparison.Ordinal);
    }
}
