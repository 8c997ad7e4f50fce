namespace AuditWatch.Detection.Knowledge;

/// <summary>A snapshot that cannot be used; the message says which file, why, and what to do.</summary>
public sealed class BaselineException(string message) : Exception(message);
