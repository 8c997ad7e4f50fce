namespace AuditWatch.Storage.State;

/// <summary>Where the state's PostgreSQL database is, and how to get in. The password is read at every new connection, so that it can be changed while we run.</summary>
public sealed record PostgresPlace
{
    /// <summary>The server's name, address, or folder of its Unix socket.</summary>
    public required string Host { get; init; }
    /// <summary>Its port.</summary>
    public int Port { get; init; } = 5432;
    /// <summary>The database; it must exist.</summary>
    public string Database { get; init; } = "auditwatch";
    /// <summary>The role, which owns the tables it makes there.</summary>
    public string Username { get; init; } = "auditwatch";
    /// <summary>Reads the password; null when the server asks for none.</summary>
    public Func<string>? Password { get; init; }
    /// <summary>Whether the connection is encrypted and the server's certificate must be its name's. Default true.</summary>
    public bool Tls { get; init; } = true;
    /// <summary>PEM file of the authority that signs its certificate; null: the system's.</summary>
    public string? CaFile { get; init; }
    /// <summary>At most so many connections.</summary>
    public int MaxConnections { get; init; } = 20;

    /// <summary>For messages and for telling places apart; holds no secret.</summary>
    public override string ToString() => string.Create(System.Globalization.CultureInfo.InvariantCulture, $"PostgreSQL {Host}:{Port}/{Database}");
}
