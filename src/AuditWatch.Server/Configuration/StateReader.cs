namespace AuditWatch.Server.Configuration;

/// <summary>Understands the section <c>state:</c>.</summary>
static class StateReader
{
    public static StateConfig Read(ConfigSection? s)
    {
        if (s is null) return new StateConfig();
        var state = new StateConfig { Postgres = ReadPostgres(s.Section("postgres")) };
        s.Done();
        return state;
    }

    static PostgresConfig? ReadPostgres(ConfigSection? s)
    {
        if (s is null) return null;
        var host = s.RequiredText("host");
        var isSocket = host.StartsWith('/');
        var postgres = new PostgresConfig(
            host, s.Number("port", 5432, 1, 65_535), s.Text("database") ?? "auditwatch", s.Text("username") ?? "auditwatch", s.Text("password_file"), s.Text("password_env"),
            s.OneOf("tls", isSocket ? "disable" : "verify-full", "verify-full", "disable"), s.Text("ca_file"), s.Number("max_connections", 20, 4, 1000));
        if (postgres is { PasswordFile: not null, PasswordEnv: not null }) s.Fault("password_env", "and 'password_file' are both given; one of them is meant.");
        if (postgres.PasswordFile is { } file && !File.Exists(file)) s.Fault("password_file", $"names '{file}', which does not exist.");
        if (postgres.PasswordEnv is { } name && Environment.GetEnvironmentVariable(name) is null) s.Fault("password_env", $"names the variable '{name}', which is not set.");
        if (postgres.CaFile is { } ca && !File.Exists(ca)) s.Fault("ca_file", $"names '{ca}', which does not exist.");
        if (postgres is { CaFile: not null, Tls: "disable" }) s.Fault("ca_file", "is given, but TLS is disabled.");
        s.Done();
        return postgres;
    }
}
