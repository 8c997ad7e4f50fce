using AuditWatch.Server.Configuration;
using Xunit;

namespace AuditWatch.Server.Tests.Configuration;

public sealed class RolesReaderTests
{
    const string Shared =
        """
        journal: {kafka: {bootstrap: "kafka:9092"}}
        state: {postgres: {host: /run/postgresql}}
        bus: {rabbitmq: {host: mq, password_env: PATH}}
        elasticsearch: {url: "http://es:9200"}

        """;

    static (AuditWatchConfig Config, List<ConfigFault> Faults) Load(string yaml, string? roles = null)
    {
        var file = Path.Combine(Directory.CreateTempSubdirectory("aw-config").FullName, "auditwatch.yaml");
        File.WriteAllText(file, yaml);
        var faults = new List<ConfigFault>();
        return (ConfigLoader.Load(file, new Dictionary<string, string>(), roles is null ? [] : [("roles", roles, "--roles")], faults), faults);
    }

    [Fact]
    public void Without_a_word_one_process_does_everything_with_an_index_of_its_own()
    {
        var (config, faults) = Load("data: x\n");

        Assert.Empty(faults);
        Assert.Equal(ServeRoles.All, config.Roles);
        Assert.True(config.Index.Embedded);
    }

    [Theory]
    [InlineData("ingest", ServeRoles.Ingest)]
    [InlineData("index,api", ServeRoles.Index | ServeRoles.Api)]
    [InlineData("notify, detect", ServeRoles.Notify | ServeRoles.Detect)]
    public void Roles_are_a_flag_over_one_configuration_for_all_processes(string roles, ServeRoles expected)
    {
        var (config, faults) = Load(Shared + "roles: [api]\n", roles);

        Assert.Empty(faults);
        Assert.Equal(expected, config.Roles);
        Assert.Empty(RolesReader.Missing(config));
        Assert.False(config.Index.Embedded);
    }

    [Theory]
    [InlineData("journal", "journal.kafka")]
    [InlineData("state", "state.postgres")]
    [InlineData("bus", "bus.rabbitmq")]
    [InlineData("elasticsearch", "nothing could be searched")]
    public void What_processes_apart_need_to_find_each_other_is_named_when_it_is_missing(string section, string remedy)
    {
        var yaml = string.Join('\n', Shared.Split('\n').Where(line => !line.StartsWith(section, StringComparison.Ordinal)));

        var (config, faults) = Load(yaml, "detect");

        Assert.Empty(faults);   // other commands do with less
        Assert.Contains(remedy, Assert.Single(RolesReader.Missing(config)), StringComparison.Ordinal);
    }

    [Fact]
    public void A_role_that_does_not_exist_is_refused_with_the_one_that_was_meant() =>
        Assert.Contains("Did you mean 'detect'?", Assert.Single(Load(Shared, "ingest,detcet").Faults).Message, StringComparison.Ordinal);

    [Fact]
    public void A_shared_journal_without_a_shared_state_is_refused_also_where_one_process_does_everything() =>
        Assert.Contains("state.postgres", Assert.Single(RolesReader.Missing(Load("journal: {kafka: {bootstrap: \"kafka:9092\"}}\nelasticsearch: {url: \"http://es:9200\"}\n").Config)), StringComparison.Ordinal);
}
