namespace AuditWatch.Cli;

/// <summary>Exit codes of every command (docs/contracts: scripts hold on to them).</summary>
internal static class ExitCode
{
    public const int Done = 0;

    /// <summary>Done, and something at or above --fail-on was found, or a verification failed.</summary>
    public const int Found = 1;

    /// <summary>Usage or configuration.</summary>
    public const int Usage = 2;

    /// <summary>Some input could not be read; the rest was processed. Wins over <see cref="Found"/>.</summary>
    public const int Unreadable = 3;

    /// <summary>A server it needs is out of reach.</summary>
    public const int OutOfReach = 4;

    /// <summary>Interrupted.</summary>
    public const int Interrupted = 130;
}
