namespace AuditWatch.Storage.Index;

/// <summary>The index cannot be used as it is; the message says why. It can always be rebuilt from the journal.</summary>
public sealed class IndexUnusableException(string file, string why, Exception? cause = null) : Exception(
    $"{file}: {why} The index only copies the journal: delete the file, and the server builds it again when it starts.", cause);
