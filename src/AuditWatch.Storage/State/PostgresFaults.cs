using System.Net.Sockets;
using Npgsql;

namespace AuditWatch.Storage.State;

/// <summary>What PostgreSQL's faults mean for a caller: try again, or say in one sentence what to do.</summary>
static class PostgresFaults
{
    /// <summary>The pool gave no connection in time. Waiting again would only make the queue longer.</summary>
    public static bool IsPoolExhausted(Exception fault) => fault is NpgsqlException and not PostgresException && fault.Message.Contains("pool has been exhausted", StringComparison.Ordinal);

    /// <summary>Whether the same again may do: the server restarts, another became the primary, a connection broke, two transactions waited for each other.</summary>
    public static bool PassesByItself(Exception fault) => fault switch
    {
        PostgresException p => p.SqlState is "40001" or "40P01" or "25006" or "25P03" or "53300" || p.SqlState.StartsWith("57P", StringComparison.Ordinal) || p.SqlState.StartsWith("08", StringComparison.Ordinal),
        NpgsqlException n => !IsPoolExhausted(n) && !IsRefusedCertificate(n) && !IsTimedOutCommand(n),
        SocketException or IOException => true,
        // The connection broke while nobody used it; Npgsql has thrown its transaction away by the time that we go on.
        ObjectDisposedException { InnerException: NpgsqlException broken } => PassesByItself(broken),
        _ => false,
    };

    /// <summary>The sentence; null when the fault says something about us and not about the server.</summary>
    public static string? Explain(Exception fault, PostgresPlace place, PostgresWaits waits) => fault switch
    {
        PostgresException { SqlState: "55P03" } => $"Another writer has held the state in {place} for over {waits.LockSeconds} s. Look in pg_stat_activity for who holds an advisory lock.",
        PostgresException { SqlState: "53300" } p => $"{place} takes no more connections ({p.MessageText}). Raise its max_connections, or lower 'state.postgres.max_connections' of the AuditWatch servers.",
        PostgresException { SqlState: "28P01" or "28000" } p => $"{place} does not let '{place.Username}' in ({p.MessageText}). Check 'state.postgres.username' and the password's file or variable.",
        PostgresException { SqlState: "3D000" } => $"{place}: there is no such database. Make it with: create database \"{place.Database}\" owner \"{place.Username}\" encoding 'UTF8' template template0",
        PostgresException { SqlState: "42501" } p => $"{place}: {p.MessageText}. The role '{place.Username}' must own the database, or be granted create on its schema public.",
        PostgresException { SqlState: "53100" or "53200" } p => $"{place} is out of room: {p.MessageText}.",
        PostgresException { SqlState: "25006" } => $"{place} is read-only: it is a standby. 'state.postgres.host' must name the primary.",
        PostgresException p when PassesByItself(p) => $"{place} broke off: {p.MessageText}.",
        PostgresException => null,
        NpgsqlException n when IsPoolExhausted(n) =>
            $"All {place.MaxConnections} connections to {place} are in use, and none came free in {waits.ConnectSeconds} s. Raise 'state.postgres.max_connections', or look in pg_stat_activity for what hangs.",
        NpgsqlException n when IsRefusedCertificate(n) =>
            $"{place}: the TLS connection failed ({Inmost(n)}). Check 'state.postgres.ca_file' and that 'state.postgres.host' is a name in the server's certificate; 'state.postgres.tls: disable' turns TLS off.",
        NpgsqlException n when IsTimedOutCommand(n) => $"{place} did not answer a statement in {waits.CommandSeconds} s.",
        ObjectDisposedException { InnerException: NpgsqlException broken } => Explain(broken, place, waits),
        NpgsqlException or SocketException or IOException => $"{place} does not answer: {Inmost(fault)}",
        _ => null,
    };

    static bool IsTimedOutCommand(NpgsqlException fault) => fault.InnerException is TimeoutException && fault.Message.Contains("reading from stream", StringComparison.Ordinal);

    static bool IsRefusedCertificate(Exception fault) => Chain(fault).Any(f => f is System.Security.Authentication.AuthenticationException) || fault.Message.Contains("SSL", StringComparison.Ordinal);

    static string Inmost(Exception fault) => Chain(fault).Last().Message;

    static IEnumerable<Exception> Chain(Exception? fault)
    {
        for (; fault is not null; fault = fault.InnerException) yield return fault;
    }
}
