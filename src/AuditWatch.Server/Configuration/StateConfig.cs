using AuditWatch.Storage.State;

namespace AuditWatch.Server.Configuration;

/// <summary>Where the relational state is kept.</summary>
public sealed record StateConfig
{
    /// <summary>A PostgreSQL database; null: <c>state.db</c> in the data folder.</summary>
    public PostgresConfig? Postgres { get; init; }

    /// <summary>What the state is bound to where several processes share a journal; null: to the data folder that holds the journal.</summary>
    [System.Text.Json.Serialization.JsonIgnore]
    public string? Journal { get; init; }
}

/// <summary>How to reach the PostgreSQL database that holds the state.</summary>
public sealed record PostgresConfig(string Host, int Port, string Database, string Username, string? PasswordFile, string? PasswordEnv, string Tls, string? CaFile, int MaxConnections)
{
    internal PostgresPlace Place => new()
    {
        Host = Host, Port = Port, Database = Database, Username = Username, Password = ReadPassword(), Tls = Tls != "disable", CaFile = CaFile, MaxConnections = MaxConnections,
    };

    // Read anew for every connection: a password is changed by writing the file.
    Func<string>? ReadPassword() =>
        PasswordFile is { } file ? () => File.ReadAllText(file).TrimEnd('\r', '\n')
        : PasswordEnv is { } name ? () => Environment.GetEnvironmentVariable(name) ?? throw new InvalidOperationException($"The variable {name} that 'state.postgres.password_env' names is not set.")
        : null;
}
