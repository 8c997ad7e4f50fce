namespace AuditWatch.Cli;

/// <summary>Ends a command with a sentence on stderr and an exit code.</summary>
internal sealed class CommandFault(int exitCode, string message) : Exception(message)
{
    public int ExitCode { get; } = exitCode;
}
