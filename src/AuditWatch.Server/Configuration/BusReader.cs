namespace AuditWatch.Server.Configuration;

/// <summary>Understands the section <c>bus:</c>.</summary>
static class BusReader
{
    public static BusConfig Read(ConfigSection? s)
    {
        if (s is null) return new BusConfig();
        var bus = new BusConfig { RabbitMq = ReadRabbitMq(s.Section("rabbitmq")) };
        s.Done();
        return bus;
    }

    static RabbitMqConfig? ReadRabbitMq(ConfigSection? s)
    {
        if (s is null) return null;
        var tls = s.OneOf("tls", "verify-full", "verify-full", "disable");
        var rabbit = new RabbitMqConfig(
            s.RequiredText("host"), s.Number("port", tls == "disable" ? 5672 : 5671, 1, 65_535), s.Text("vhost") ?? "/", s.Text("username") ?? "auditwatch", s.Text("password_file"), s.Text("password_env"),
            tls, s.Text("ca_file"));
        if (rabbit is { PasswordFile: not null, PasswordEnv: not null }) s.Fault("password_env", "and 'password_file' are both given; one of them is meant.");
        if (rabbit is { PasswordFile: null, PasswordEnv: null }) s.Fault("password_file", "or 'password_env' is missing: RabbitMQ asks for a password.");
        if (rabbit.PasswordFile is { } file && !File.Exists(file)) s.Fault("password_file", $"names '{file}', which does not exist.");
        if (rabbit.PasswordEnv is { } name && Environment.GetEnvironmentVariable(name) is null) s.Fault("password_env", $"names the variable '{name}', which is not set.");
        if (rabbit.CaFile is { } ca && !File.Exists(ca)) s.Fault("ca_file", $"names '{ca}', which does not exist.");
        if (rabbit is { CaFile: not null, Tls: "disable" }) s.Fault("ca_file", "is given, but TLS is disabled.");
        s.Done();
        return rabbit;
    }
}
