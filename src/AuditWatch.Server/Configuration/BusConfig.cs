namespace AuditWatch.Server.Configuration;

/// <summary>What carries alerts to those who are told of them.</summary>
public sealed record BusConfig
{
    /// <summary>A RabbitMQ server; null: the process itself.</summary>
    public RabbitMqConfig? RabbitMq { get; init; }
}

/// <summary>How to reach RabbitMQ.</summary>
public sealed record RabbitMqConfig(string Host, int Port, string Vhost, string Username, string? PasswordFile, string? PasswordEnv, string Tls, string? CaFile)
{
    internal string Password =>
        PasswordFile is { } file ? File.ReadAllText(file).TrimEnd('\r', '\n')
        : PasswordEnv is { } name ? Environment.GetEnvironmentVariable(name) ?? ""
        : "";
}
