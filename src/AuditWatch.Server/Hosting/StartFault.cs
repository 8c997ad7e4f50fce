namespace AuditWatch.Server.Hosting;

/// <summary>The server cannot start as configured: what is wrong and what to change.</summary>
public sealed class StartFault(string message) : Exception(message);
