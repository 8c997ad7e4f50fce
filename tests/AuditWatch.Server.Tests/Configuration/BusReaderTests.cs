using AuditWatch.Server.Configuration;
using Xunit;

namespace AuditWatch.Server.Tests.Configuration;

public sealed class BusReaderTests
{
    static (AuditWatchConfig Config, List<ConfigFault> Faults) Load(string yaml)
    {
        var file = Path.Combine(Directory.CreateTempSubdirectory("aw-config").FullName, "auditwatch.yaml");
        File.WriteAllText(file, yaml);
        var faults = new List<ConfigFault>();
        return (ConfigLoader.Load(file, new Dictionary<string, string>(), [], faults), faults);
    }

    [Fact]
    public void The_bus_is_in_the_process_unless_a_broker_is_named_whose_password_is_shown_nowhere()
    {
        Assert.Null(Load("data: x\n").Config.Bus.RabbitMq);
        var file = Path.GetTempFileName();
        File.WriteAllText(file, "a secret\n");

        var (config, faults) = Load($"bus: {{rabbitmq: {{host: mq.internal, password_file: {file}}}}}\n");

        Assert.Empty(faults);
        Assert.Equal(new RabbitMqConfig("mq.internal", 5671, "/", "auditwatch", file, null, "verify-full", null), config.Bus.RabbitMq);
        Assert.Equal("a secret", config.Bus.RabbitMq!.Password);
        Assert.DoesNotContain("a secret", ConfigPrinter.ToJson(config), StringComparison.Ordinal);
        Assert.Contains("\"rabbitmq\"", ConfigPrinter.ToJson(config), StringComparison.Ordinal);
        File.Delete(file);
    }

    [Theory]
    [InlineData("{password_env: PATH}", "'bus.rabbitmq.host' is missing")]
    [InlineData("{host: mq}", "'password_env' is missing")]
    [InlineData("{host: mq, password: secret, password_env: PATH}", "'bus.rabbitmq.password' is not a setting")]
    [InlineData("{host: mq, password_env: NO_SUCH_VARIABLE_HERE}", "which is not set")]
    public void What_is_wrong_is_said_with_its_key(string rabbit, string message) =>
        Assert.Contains(message, Assert.Single(Load($"bus: {{rabbitmq: {rabbit}}}\n").Faults).Message, StringComparison.Ordinal);
}
