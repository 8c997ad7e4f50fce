namespace AuditWatch.Storage.State;

/// <summary>The state's schema is newer than this version knows, or could not be brought up to date. The message says where and what to do.</summary>
public sealed class StateSchemaException : Exception
{
    /// <summary>With what went wrong.</summary>
    public StateSchemaException(string message, Exception? inner = null) : base(message, inner) { }
}
