namespace AuditWatch.Storage.State;

/// <summary>
/// The server that holds the state does not answer, does not let us in, or is too busy: what, where, and what to do. What the call wrote was not kept, unless the connection
/// broke at the very commit and stayed broken.
/// </summary>
public sealed class StateUnavailableException(string message, Exception? inner = null) : Exception(message, inner);
