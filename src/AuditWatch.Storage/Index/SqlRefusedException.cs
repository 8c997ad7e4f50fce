namespace AuditWatch.Storage.Index;

/// <summary>A question in SQL that is not answered: it would do more than read, is not valid, or took too long. The message says which.</summary>
public sealed class SqlRefusedException(string message, Exception? cause = null) : Exception(message, cause);
