using AuditWatch.Server.Configuration;
using Xunit;

namespace AuditWatch.Server.Tests.Configuration;

public sealed class StateReaderTests
{
    static (StateConfig State, List<ConfigFault> Faults) Load(string yaml)
    {
        var file = Path.Combine(Directory.CreateTempSubdirectory("aw-config").FullName, "auditwatch.yaml");
        File.WriteAllText(file, yaml);
        var faults = new List<ConfigFault>();
        return (ConfigLoader.Load(file, new Dictionary<string, string>(), [], faults).State, faults);
    }

    [Fact]
    public void The_state_is_in_the_data_folder_unless_a_server_is_named()
    {
        Assert.Null(Load("data: x\n").State.Postgres);

        var (state, faults) = Load("state: {postgres: {host: db.internal}}\n");

        Assert.Empty(faults);
        Assert.Equal(new PostgresConfig("db.internal", 5432, "auditwatch", "auditwatch", null, null, "verify-full", null, 20), state.Postgres);
        Assert.Equal("disable", Load("state: {postgres: {host: /run/postgresql}}\n").State.Postgres!.Tls);
    }

    [Fact]
    public void A_password_is_read_from_its_file_at_every_connection_and_shown_nowhere()
    {
        var file = Path.GetTempFileName();
        File.WriteAllText(file, " first \n");
        var (state, faults) = Load($"state: {{postgres: {{host: db, password_file: {file}}}}}\n");
        Assert.Empty(faults);
        var place = state.Postgres!.Place;

        Assert.Equal(" first ", place.Password!());
        File.WriteAllText(file, "the-other-one");
        Assert.Equal("the-other-one", place.Password!());
        Assert.DoesNotContain("the-other-one", ConfigPrinter.ToJson(new AuditWatchConfig { State = state }), StringComparison.Ordinal);
        File.Delete(file);
    }

    [Theory]
    [InlineData("{port: 1}", "'state.postgres.host' is missing")]
    [InlineData("{host: db, password: secret}", "'state.postgres.password' is not a setting")]
    [InlineData("{host: db, port: 70000}", "must be a number from 1 to 65535")]
    [InlineData("{host: db, max_connections: 1}", "must be a number from 4 to 1000")]
    [InlineData("{host: db, password_file: /nowhere/at/all}", "which does not exist")]
    [InlineData("{host: db, password_env: NO_SUCH_VARIABLE_HERE}", "which is not set")]
    [InlineData("{host: db, tls: prefer}", "must be one of verify-full, disable")]
    public void What_is_wrong_is_said_with_its_key(string postgres, string message) =>
        Assert.Contains(message, Assert.Single(Load($"state: {{postgres: {postgres}}}\n").Faults).Message, StringComparison.Ordinal);
}
