namespace AuditWatch.Storage.Index;

/// <summary>The index could not be written (a full disk, say). Nothing is lost: the journal has it, and <see cref="IEventIndex.Position"/> says from where to read again.</summary>
public sealed class IndexWriteException(string message, Exception cause) : Exception(message, cause);
