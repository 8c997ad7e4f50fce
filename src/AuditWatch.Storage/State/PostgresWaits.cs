namespace AuditWatch.Storage.State;

/// <summary>How long PostgreSQL is waited for.</summary>
sealed record PostgresWaits
{
    /// <summary>For the writers before us.</summary>
    public int LockSeconds { get; init; } = 30;
    /// <summary>For a writer that was stopped in the middle of a transaction, which the server cuts off then. Shorter than others wait for it.</summary>
    public int IdleSeconds { get; init; } = 20;
    /// <summary>For a connection, new or of the pool.</summary>
    public int ConnectSeconds { get; init; } = 10;
    /// <summary>For the answer to a statement.</summary>
    public int CommandSeconds { get; init; } = 60;
    /// <summary>While a read meets faults that pass by themselves, such as a restart of the server.</summary>
    public TimeSpan Read { get; init; } = TimeSpan.FromSeconds(10);
    /// <summary>The same for a write.</summary>
    public TimeSpan Write { get; init; } = TimeSpan.FromSeconds(30);
}
